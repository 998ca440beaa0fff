#!/usr/bin/python3
"""Writes a capture with known contents, made by scapy: what the judges are judged with.

Lines on standard input, times in milliseconds; "write FILE" writes what stood before it and is answered with "written":

    number TIME STREAM NUMBER
    tagged TIME STREAM NUMBER
    rapid TIME MAC FLAGS [PORT]
    configuration TIME MAC FLAGS
    tcn TIME MAC
    junk TIME
"""
import struct
import sys
from decimal import Decimal

from scapy.all import LLC, STP, Dot1Q, Dot3, Ether, Raw, wrpcap

START = 1_700_000_000


def numbered(stream, number):
    return Raw(b"USTY" + struct.pack("!IQQ", stream, number, 0) + bytes(22))


def bpdu(mac, **fields):
    return (
        Dot3(dst="01:80:c2:00:00:00", src=mac)
        / LLC(dsap=0x42, ssap=0x42, ctrl=3)
        / STP(rootid=32768, rootmac="02:00:00:00:00:01", pathcost=20000, bridgeid=32768, bridgemac=mac, age=1, maxage=6,
              hellotime=1, fwddelay=4, **fields)
    )


def frame(words):
    kind = words[0]
    if kind == "number":
        return Ether(dst="02:00:00:00:00:0b", src="02:00:00:00:00:0a", type=0x88B5) / numbered(int(words[2]), int(words[3]))
    if kind == "tagged":
        return Ether(dst="02:00:00:00:00:0b", src="02:00:00:00:00:0a") / Dot1Q(vlan=10, type=0x88B5) / numbered(
            int(words[2]), int(words[3]))
    if kind == "rapid":
        port = int(words[4], 0) if len(words) > 4 else 0x8001
        return bpdu(words[2], version=2, bpdutype=2, bpduflags=int(words[3], 0), portid=port) / b"\x00"
    if kind == "configuration":
        return bpdu(words[2], version=0, bpdutype=0, bpduflags=int(words[3], 0), portid=0x8001)
    if kind == "tcn":
        return (Dot3(dst="01:80:c2:00:00:00", src=words[2]) / LLC(dsap=0x42, ssap=0x42, ctrl=3)
                / Raw(bytes.fromhex("00000080")))
    if kind == "junk":
        return Ether(dst="01:80:c2:00:00:00", src="02:00:00:00:00:09", type=0x1234) / Raw(bytes(46))
    raise ValueError(kind)


frames = []
for line in sys.stdin:
    words = line.split()
    if words[0] == "write":
        wrpcap(words[1], frames, linktype=1, nano=True)
        frames = []
        print("written", flush=True)
        continue
    packet = frame(words)
    packet.time = Decimal(START) + Decimal(words[1]) / 1000
    frames.append(packet)
