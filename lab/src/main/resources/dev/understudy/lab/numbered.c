/*
 * An edge host's traffic: sends numbered frames at a steady rate and receives those of its peer, on one interface,
 * over AF_PACKET.
 *
 *   numbered INTERFACE OWN-MAC PEER-MAC SEND-STREAM RECEIVE-STREAM FRAMES-PER-SECOND [FRAME-OCTETS]
 *
 * Runs until its standard input ends. Then it sends no more, waits until nothing has come for 200 ms, writes its last
 * line and exits. Lines on standard output:
 *
 *   ready
 *   at REALTIME-NS sent N received N              every 100 ms
 *   end sent N received N lost N duplicated N reordered N refused N dropped N behind N
 *
 * lost: numbers between the first and the highest one received that never came. refused: sends that the kernel refused. dropped:
 * frames that this program's own socket lost. behind: numbers left out because the program itself did not get the
 * processor for more than a second. These are the host's own view, over all the network between: what the switch lost
 * is judged from captures at the switch's ports.
 *
 * The frame, octets from 0 (all numbers big-endian):
 *
 *   0 destination   6 source   12 EtherType 0x88B5 (IEEE 802 local experimental)   14 "USTY"
 *   18 stream (4)   22 number (8)   30 time of sending, nanoseconds (8)   38 zero up to the frame's length
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
  ETHER_TYPE = 0x88B5,
  OFFSET_MAGIC = 14,
  OFFSET_STREAM = 18,
  OFFSET_NUMBER = 22,
  OFFSET_TIME = 30,
  HEADER_LENGTH = 38,
  FRAME_LENGTH_MIN = 60,
  FRAME_LENGTH_MAX = 1514,
  BATCH_MAX = 64,
  BEHIND_MAX_SECONDS = 1,
  PERIOD_NS = 1000000,
  REPORT_EVERY_PERIODS = 100,
  QUIET_PERIODS = 200,
  SOCKET_BUFFER_OCTETS = 16 << 20
};
static const uint64_t NUMBERS_MAX = UINT64_C(1) << 30;

static void die(const char *what) {
  fprintf(stderr, "numbered: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put(uint8_t *at, uint64_t value, int octets) {
  for (int i = octets - 1; i >= 0; i--, value >>= 8) at[i] = (uint8_t)value;
}

static uint64_t get(const uint8_t *at, int octets) {
  uint64_t value = 0;
  for (int i = 0; i < octets; i++) value = value << 8 | at[i];
  return value;
}

static void parse_mac(const char *text, uint8_t mac[6]) {
  if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6) {
    fprintf(stderr, "numbered: not a MAC address: %s\n", text);
    exit(2);
  }
}

static int open_socket(const char *interface, uint32_t stream) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  /* Only the frames of the stream we receive; what we send ourselves is not shown to us either. */
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHER_TYPE, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET_STREAM),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, stream, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) die("SO_ATTACH_FILTER");
  int buffer = SOCKET_BUFFER_OCTETS, one = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0 &&
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) < 0)
    die("SO_RCVBUF");
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0) die("PACKET_IGNORE_OUTGOING");
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(interface)};
  if (address.sll_ifindex == 0) die(interface);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  return fd;
}

static int fd;
static uint8_t frames[BATCH_MAX][FRAME_LENGTH_MAX];
static struct iovec vectors[BATCH_MAX];
static struct mmsghdr messages[BATCH_MAX];
static uint64_t next_number, sent, refused, behind;

static uint8_t inbox[BATCH_MAX][FRAME_LENGTH_MAX];
static struct iovec inbox_vectors[BATCH_MAX];
static struct mmsghdr inbox_messages[BATCH_MAX];
static uint64_t received, duplicated, reordered, dropped, numbers_end, numbers_begin;
static uint8_t *seen; /* a bit per number */

static void send_up_to(uint64_t due, uint64_t rate) {
  if (due > next_number + rate * BEHIND_MAX_SECONDS) {
    behind += due - next_number;
    next_number = due;
  }
  while (next_number < due) {
    unsigned count = due - next_number < BATCH_MAX ? (unsigned)(due - next_number) : BATCH_MAX;
    uint64_t now = clock_ns(CLOCK_REALTIME);
    for (unsigned i = 0; i < count; i++) {
      put(frames[i] + OFFSET_NUMBER, next_number + i, 8);
      put(frames[i] + OFFSET_TIME, now, 8);
    }
    int done = sendmmsg(fd, messages, count, 0);
    if (done <= 0) { /* the first one was refused: its number is never seen, which no capture mistakes for a loss */
      if (errno != ENOBUFS && errno != EAGAIN && errno != ENETDOWN && errno != EINTR) die("sendmmsg");
      refused++;
      next_number++;
      continue;
    }
    sent += (uint64_t)done;
    next_number += (uint64_t)done;
  }
}

static void receive(void) {
  for (;;) {
    int count = recvmmsg(fd, inbox_messages, BATCH_MAX, MSG_DONTWAIT, NULL);
    if (count < 0) {
      if (errno == ENETDOWN || errno == EINTR) continue; /* told once, then the socket works again */
      if (errno != EAGAIN) die("recvmmsg");
      return;
    }
    for (int i = 0; i < count; i++) {
      if (inbox_messages[i].msg_len < HEADER_LENGTH || memcmp(inbox[i] + OFFSET_MAGIC, "USTY", 4) != 0) continue;
      uint64_t number = get(inbox[i] + OFFSET_NUMBER, 8);
      if (number >= NUMBERS_MAX) continue;
      uint8_t bit = (uint8_t)(1u << (number & 7));
      if (seen[number >> 3] & bit) {
        duplicated++;
        continue;
      }
      seen[number >> 3] |= bit;
      if (received++ == 0) numbers_begin = number;
      if (number < numbers_begin) numbers_begin = number;
      if (number < numbers_end)
        reordered++;
      else
        numbers_end = number + 1;
    }
    if (count < BATCH_MAX) return;
  }
}

static void count_drops(void) {
  struct tpacket_stats statistics;
  socklen_t length = sizeof statistics;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0) dropped += statistics.tp_drops;
}

int main(int argc, char **argv) {
  if (argc != 7 && argc != 8) {
    fprintf(stderr, "usage: numbered INTERFACE OWN-MAC PEER-MAC SEND-STREAM RECEIVE-STREAM FRAMES-PER-SECOND [FRAME-OCTETS]\n");
    return 2;
  }
  uint8_t own[6], peer[6];
  parse_mac(argv[2], own);
  parse_mac(argv[3], peer);
  uint32_t send_stream = (uint32_t)strtoul(argv[4], NULL, 10), receive_stream = (uint32_t)strtoul(argv[5], NULL, 10);
  uint64_t rate = strtoull(argv[6], NULL, 10);
  int length = argc == 8 ? atoi(argv[7]) : FRAME_LENGTH_MIN;
  if (length < FRAME_LENGTH_MIN || length > FRAME_LENGTH_MAX || rate > 1000000) {
    fprintf(stderr, "numbered: a frame has %d to %d octets, a second at most 1000000 frames\n", FRAME_LENGTH_MIN, FRAME_LENGTH_MAX);
    return 2;
  }
  seen = calloc(NUMBERS_MAX / 8, 1);
  if (seen == NULL) die("calloc");
  fd = open_socket(argv[1], receive_stream);
  for (int i = 0; i < BATCH_MAX; i++) {
    memcpy(frames[i], peer, 6);
    memcpy(frames[i] + 6, own, 6);
    put(frames[i] + 12, ETHER_TYPE, 2);
    memcpy(frames[i] + OFFSET_MAGIC, "USTY", 4);
    put(frames[i] + OFFSET_STREAM, send_stream, 4);
    vectors[i] = (struct iovec){frames[i], (size_t)length};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    inbox_vectors[i] = (struct iovec){inbox[i], FRAME_LENGTH_MAX};
    inbox_messages[i].msg_hdr = (struct msghdr){.msg_iov = &inbox_vectors[i], .msg_iovlen = 1};
  }
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  struct itimerspec period = {.it_interval = {.tv_nsec = PERIOD_NS}, .it_value = {.tv_nsec = PERIOD_NS}};
  if (timer < 0 || timerfd_settime(timer, 0, &period, NULL) < 0) die("timerfd");

  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("ready\n");
  uint64_t start = clock_ns(CLOCK_MONOTONIC), periods = 0, received_before = 0, quiet = 0;
  int sending = 1;
  while (sending || quiet < QUIET_PERIODS) {
    struct pollfd polled[] = {{.fd = timer, .events = POLLIN}, {.fd = sending ? STDIN_FILENO : -1, .events = POLLIN}};
    if (poll(polled, 2, -1) < 0 && errno != EINTR) die("poll");
    if (polled[1].revents != 0) {
      char ignored[64];
      if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) sending = 0;
    }
    if ((polled[0].revents & POLLIN) == 0) continue;
    uint64_t expirations;
    if (read(timer, &expirations, sizeof expirations) != sizeof expirations) continue;
    if (sending) {
      uint64_t elapsed = clock_ns(CLOCK_MONOTONIC) - start;
      send_up_to(elapsed / 1000000 * rate / 1000, rate);
    }
    receive();
    quiet = received == received_before ? quiet + 1 : 0;
    received_before = received;
    if (++periods % REPORT_EVERY_PERIODS == 0) {
      count_drops();
      printf("at %" PRIu64 " sent %" PRIu64 " received %" PRIu64 "\n", clock_ns(CLOCK_REALTIME), sent, received);
    }
  }
  count_drops();
  printf("end sent %" PRIu64 " received %" PRIu64 " lost %" PRIu64 " duplicated %" PRIu64 " reordered %" PRIu64
         " refused %" PRIu64 " dropped %" PRIu64 " behind %" PRIu64 "\n",
         sent, received, numbers_end - numbers_begin - received, duplicated, reordered, refused, dropped, behind);
  return 0;
}
