# Makes a switch learn addresses: one frame from each, out of one interface.
#
#   addresses.py INTERFACE COUNT
import socket
import struct
import sys
import time

PAUSE_EVERY = 100
PAUSE_SECONDS = 0.002

interface, count = sys.argv[1], int(sys.argv[2])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((interface, 0))
nobody = bytes.fromhex("0200ffffffff")
for number in range(count):
    source = struct.pack("!HI", 0x0266, number)
    wire.send(nobody + source + struct.pack("!H", 0x88B6) + bytes(46))
    if number % PAUSE_EVERY == PAUSE_EVERY - 1:
        time.sleep(PAUSE_SECONDS)
