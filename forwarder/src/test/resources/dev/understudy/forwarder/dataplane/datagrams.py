"""Rows of datagrams that the kernel is to cut (UDP_SEGMENT), and somebody who checks each of them.

  datagrams.py listen ADDRESS COUNT    says how many came, and how many were wrong
  datagrams.py send ADDRESS COUNT
"""
import hashlib
import socket
import struct
import sys
import time

PORT = 5001
SIZE = 1200
IN_A_ROW = 20
UDP_SEGMENT = 103
SO_RCVBUFFORCE = 33
HELLO = b"are you there?"


def datagram(number):
    seed = struct.pack("!I", number)
    return seed + (hashlib.sha256(seed).digest() * (SIZE // 32 + 1))[: SIZE - len(seed)]


def listen(address, count):
    with socket.socket(family(address), socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        receiver.bind((address, PORT))
        receiver.settimeout(10)
        seen = set()
        wrong = 0
        try:
            while len(seen) < count:
                octets, sender = receiver.recvfrom(65536)
                if octets == HELLO:
                    receiver.settimeout(2)  # the sender is there, and begins at once
                    receiver.sendto(HELLO, sender)
                    continue
                number = struct.unpack("!I", octets[:4])[0]
                if octets == datagram(number):
                    seen.add(number)
                else:
                    wrong += 1
        except socket.timeout:
            pass
        print("received", len(seen), "wrong", wrong)


def send(address, count):
    with socket.socket(family(address), socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
        sender.connect((address, PORT))
        await_listener(sender)
        number = 0
        while number < count:
            row = b"".join(datagram(number + i) for i in range(IN_A_ROW))
            sender.send(row)
            number += IN_A_ROW
            time.sleep(0.001)


def await_listener(sender):
    sender.settimeout(0.2)
    for _ in range(100):
        try:
            sender.send(HELLO)
            sender.recv(65536)
            return
        except (socket.timeout, ConnectionRefusedError):
            time.sleep(0.05)
    sys.exit("nobody listens")


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


{"listen": listen, "send": send}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
