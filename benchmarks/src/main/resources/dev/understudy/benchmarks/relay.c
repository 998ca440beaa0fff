/*
 * Base line of the benchmark "frames": moves frames between two sockets with recvmmsg and sendmmsg
 * and looks at none of them.
 *
 *   relay udp LISTEN1 PEER1 LISTEN2 PEER2    UDP ports on loopback, connected
 *   relay packet INTERFACE1 INTERFACE2       AF_PACKET, with PACKET_VNET_HDR so that rows of TCP
 *                                            segments pass whole
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { BATCH = 64, FRAME_MAX = 65600 };

static char frames[BATCH][FRAME_MAX];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void buffers(int fd) {
  int octets = 16 << 20;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  octets = 4 << 20;
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof octets) < 0)
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
}

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int open_udp(const char *listen_port, const char *peer_port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in here = loopback(listen_port), there = loopback(peer_port);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0 ||
      connect(fd, (struct sockaddr *)&there, sizeof there) < 0)
    fail("udp");
  buffers(fd);
  return fd;
}

static int open_packet(const char *name) {
  int on = 1;
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_protocol = htons(ETH_P_ALL),
                                .sll_ifindex = if_nametoindex(name)};
  struct packet_mreq promiscuous = {.mr_ifindex = address.sll_ifindex,
                                    .mr_type = PACKET_MR_PROMISC};
  if (fd < 0 || address.sll_ifindex == 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) < 0)
    fail(name);
  buffers(fd);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
    fail(name);
  return fd;
}

static void move_frames(int from, int to) {
  for (int i = 0; i < BATCH; i++)
    vectors[i].iov_len = FRAME_MAX;
  int count = recvmmsg(from, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < count; i++)
    vectors[i].iov_len = messages[i].msg_len;
  for (int sent = 0; sent < count;) {
    int now = sendmmsg(to, messages + sent, count - sent, MSG_DONTWAIT);
    if (now > 0)
      sent += now;
    else if (errno == ECONNREFUSED) /* told once, of an earlier datagram */
      continue;
    else
      return; /* no room: the rest is lost */
  }
}

int main(int argc, char **argv) {
  struct pollfd sockets[2];
  if (argc == 6 && strcmp(argv[1], "udp") == 0) {
    sockets[0].fd = open_udp(argv[2], argv[3]);
    sockets[1].fd = open_udp(argv[4], argv[5]);
  } else if (argc == 4 && strcmp(argv[1], "packet") == 0) {
    sockets[0].fd = open_packet(argv[2]);
    sockets[1].fd = open_packet(argv[3]);
  } else {
    fprintf(stderr, "usage: relay udp LISTEN1 PEER1 LISTEN2 PEER2 | relay packet IF1 IF2\n");
    return 2;
  }
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_base = frames[i];
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  puts("ready");
  fflush(stdout);
  sockets[0].events = sockets[1].events = POLLIN;
  for (;;) {
    if (poll(sockets, 2, -1) < 0 && errno != EINTR)
      fail("poll");
    if (sockets[0].revents)
      move_frames(sockets[0].fd, sockets[1].fd);
    if (sockets[1].revents)
      move_frames(sockets[1].fd, sockets[0].fd);
  }
}
