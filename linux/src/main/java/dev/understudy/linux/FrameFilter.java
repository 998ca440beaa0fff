package dev.understudy.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which frames a packet socket gets, decided in the kernel by a classic BPF program
 * (include/uapi/linux/filter.h; Documentation/networking/filter.rst), so that control frames have a
 * socket and a buffer of their own that no flood of data can fill.
 *
 * <p>Two filters from the same matches, {@link #only} and {@link #allBut}, split the traffic: each
 * frame passes exactly one of them. The program is one block per match, each ending in its verdict
 * or jumping to the next block, so that no jump is ever long:
 *
 * <pre>
 *   ld [0]; and #mask; jne #dst, next; ldh [4]; and #mask; jne #dst, next; ldh [12]; jne #type, next; ret #yes
 * next: …
 *   ret #no
 * </pre>
 *
 * <p>The kernel charges a program to net.core.optmem_max: some hundred matches fit, and then
 * attaching gives ENOMEM.
 *
 * <p>A frame too short for a load is passed by neither (the kernel says so); none of fewer than 14
 * octets gets that far.
 */
public final class FrameFilter {
  /** The kernel takes no longer program (BPF_MAXINSNS). */
  private static final int INSTRUCTIONS_MAX = 4096;

  private static final int LD_W_ABS = 0x20;
  private static final int LD_H_ABS = 0x28;
  private static final int ALU_AND_K = 0x54;
  private static final int JMP_JEQ_K = 0x15;
  private static final int RET_K = 0x06;
  private static final int WHOLE_FRAME = 0x7FFF_FFFF;

  /**
   * Frames by their destination under a mask (0 is any) and by their EtherType (empty is any; the
   * type behind the outer tag, because the kernel takes that tag out before the filter sees it).
   */
  public record Match(MacAddress destination, MacAddress mask, OptionalInt etherType) {
    private static final MacAddress ALL_BITS = new MacAddress(0xFFFF_FFFF_FFFFL);
    private static final MacAddress NO_BITS = new MacAddress(0);

    public Match {
      if ((destination.bits() & ~mask.bits()) != 0) {
        throw new IllegalArgumentException(destination + " has bits outside of mask " + mask);
      }
      if (etherType.isPresent() && etherType.getAsInt() >>> 16 != 0) {
        throw new IllegalArgumentException("EtherType " + etherType.getAsInt());
      }
    }

    public static Match destination(MacAddress destination) {
      return new Match(destination, ALL_BITS, OptionalInt.empty());
    }

    /** The sixteen reserved addresses 01:80:C2:00:00:0X (802.1Q-2018 8.6.3). */
    public static Match reservedGroups() {
      return new Match(
          new MacAddress(0x0180_C200_0000L),
          new MacAddress(0xFFFF_FFFF_FFF0L),
          OptionalInt.empty());
    }

    public static Match etherType(int etherType) {
      return new Match(NO_BITS, NO_BITS, OptionalInt.of(etherType));
    }
  }

  private record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

  private final List<Instruction> program;

  private FrameFilter(List<Match> matches, int verdictOnMatch, int verdictOtherwise) {
    List<Instruction> instructions = new ArrayList<>();
    for (Match match : matches) {
      List<Instruction> block = block(match);
      int length = block.size();
      for (int i = 0; i < length; i++) {
        Instruction one = block.get(i);
        // A failed comparison leaves the block: over what is left of it and its verdict.
        instructions.add(
            one.code == JMP_JEQ_K ? new Instruction(JMP_JEQ_K, 0, length - i, one.operand) : one);
      }
      instructions.add(new Instruction(RET_K, 0, 0, verdictOnMatch));
    }
    instructions.add(new Instruction(RET_K, 0, 0, verdictOtherwise));
    if (instructions.size() > INSTRUCTIONS_MAX) {
      throw new IllegalArgumentException(
          matches.size() + " matches make more than " + INSTRUCTIONS_MAX + " instructions");
    }
    this.program = List.copyOf(instructions);
  }

  /** Passes frames that at least one of the matches describes. */
  public static FrameFilter only(List<Match> matches) {
    return new FrameFilter(matches, WHOLE_FRAME, 0);
  }

  /** Passes exactly the frames that {@link #only} does not. */
  public static FrameFilter allBut(List<Match> matches) {
    return new FrameFilter(matches, 0, WHOLE_FRAME);
  }

  private static List<Instruction> block(Match match) {
    List<Instruction> block = new ArrayList<>();
    compare(
        block,
        new Instruction(LD_W_ABS, 0, 0, 0),
        (int) (match.mask.bits() >>> 16),
        0xFFFF_FFFF,
        (int) (match.destination.bits() >>> 16));
    compare(
        block,
        new Instruction(LD_H_ABS, 0, 0, 4),
        (int) match.mask.bits() & 0xFFFF,
        0xFFFF,
        (int) match.destination.bits() & 0xFFFF);
    match.etherType.ifPresent(
        type -> compare(block, new Instruction(LD_H_ABS, 0, 0, 12), 0xFFFF, 0xFFFF, type));
    return block;
  }

  private static void compare(
      List<Instruction> block, Instruction load, int mask, int fullMask, int expected) {
    if (mask == 0) {
      return;
    }
    block.add(load);
    if (mask != fullMask) {
      block.add(new Instruction(ALU_AND_K, 0, 0, mask));
    }
    block.add(new Instruction(JMP_JEQ_K, 0, 0, expected));
  }

  /** A struct sock_fprog for SO_ATTACH_FILTER; the kernel copies it. */
  MemorySegment toNative(Arena arena) {
    MemorySegment filter = arena.allocate(Structs.array(program.size(), Structs.SOCK_FILTER));
    for (int i = 0; i < program.size(); i++) {
      Instruction one = program.get(i);
      long at = i * Structs.SOCK_FILTER.byteSize();
      filter.set(JAVA_SHORT, at + Structs.offset(Structs.SOCK_FILTER, "code"), (short) one.code);
      filter.set(JAVA_BYTE, at + Structs.offset(Structs.SOCK_FILTER, "jt"), (byte) one.ifTrue);
      filter.set(JAVA_BYTE, at + Structs.offset(Structs.SOCK_FILTER, "jf"), (byte) one.ifFalse);
      filter.set(JAVA_INT, at + Structs.offset(Structs.SOCK_FILTER, "k"), one.operand);
    }
    MemorySegment header = arena.allocate(Structs.SOCK_FPROG);
    header.set(JAVA_SHORT, Structs.offset(Structs.SOCK_FPROG, "len"), (short) program.size());
    header.set(JAVA_LONG, Structs.offset(Structs.SOCK_FPROG, "filter"), filter.address());
    return header;
  }
}
