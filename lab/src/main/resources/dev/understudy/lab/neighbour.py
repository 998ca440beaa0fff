#!/usr/bin/python3
"""A neighbour bridge made with scapy: the root of the network, on one port, that says what it is told to say.

    neighbour.py INTERFACE PRIORITY HELLO-SECONDS

Sends a rapid BPDU (designated, learning, forwarding) every hello time. Lines on standard input:

    propose    a BPDU with the Proposal flag, discarding: what a port sends that wants to forward at once
    change     a BPDU with the topology change flag
    silent     no more BPDUs until "hello"
    hello      a BPDU at once and every hello time again

Each line is answered with "sent NANOSECONDS" (or "silent"); the end of the input ends the program. It hears nothing:
what is answered on the wire is judged from a capture.
"""
import select
import sys
import time

from scapy.all import LLC, STP, Dot3, conf, get_if_hwaddr

DESIGNATED = 3 << 2
LEARNING = 1 << 4
FORWARDING = 1 << 5
PROPOSAL = 1 << 1
TOPOLOGY_CHANGE = 1


def bpdu(mac, priority, hello, flags):
    return (
        Dot3(dst="01:80:c2:00:00:00", src=mac)
        / LLC(dsap=0x42, ssap=0x42, ctrl=3)
        / STP(version=2, bpdutype=2, bpduflags=flags, rootid=priority, rootmac=mac, pathcost=0, bridgeid=priority,
              bridgemac=mac, portid=0x8001, age=0, maxage=6, hellotime=hello, fwddelay=4)
        / b"\x00"  # version 1 length
    )


def main():
    interface, priority, hello = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    mac = get_if_hwaddr(interface)
    socket = conf.L2socket(iface=interface)
    steady = DESIGNATED | LEARNING | FORWARDING
    speaking = True

    def send(flags):
        now = time.time_ns()
        socket.send(bpdu(mac, priority, hello, flags))
        return now

    print("ready", mac, flush=True)
    due = time.monotonic()
    while True:
        left = due - time.monotonic()
        if left <= 0:
            if speaking:
                send(steady)
            due += hello
            continue
        readable, _, _ = select.select([sys.stdin], [], [], left)
        if not readable:
            continue
        line = sys.stdin.readline()
        if not line:
            return
        word = line.strip()
        if word == "propose":
            print("sent", send(DESIGNATED | PROPOSAL), flush=True)
        elif word == "change":
            print("sent", send(steady | TOPOLOGY_CHANGE), flush=True)
        elif word == "hello":
            speaking = True
            print("sent", send(steady), flush=True)
            due = time.monotonic() + hello
        elif word == "silent":
            speaking = False
            print("silent", flush=True)
        else:
            print("unknown word", word, file=sys.stderr, flush=True)
            sys.exit(2)


main()
