package npusim.sim.dram;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Request streams for measuring a memory model by itself; requests are 64 bytes. */
public enum DramStream {
  SEQ_READ("reads at ascending addresses"),
  SEQ_WRITE("writes at ascending addresses"),
  RAND_READ("reads at random addresses"),
  SEQ_RW("a sequential read stream and a sequential write stream, alternating"),
  RAND_RW("reads and writes, one half each, at random addresses"),
  ROWCONF_READ("reads that each open another row of the same bank"),
  STRIDE256_READ("reads 256 bytes apart, filling the gaps in later passes"),
  STRIDE4096_READ("reads 4096 bytes apart, filling the gaps in later passes"),
  CHUNK4K_READ("reads of 4 KiB blocks at random places"),
  CHASE_READ("random reads, each after the answer of the one before");

  /** Bytes of a request. */
  public static final int REQUEST_BYTES = 64;

  private final String summary;

  DramStream(String summary) {
    this.summary = summary;
  }

  /** The name on the command line, such as {@code seq_read}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it does, in one line. */
  public String summary() {
    return summary;
  }

  /** The stream of a label. */
  public static Optional<DramStream> of(String label) {
    return Arrays.stream(values()).filter(s -> s.label().equals(label)).findFirst();
  }

  /** Requests after which bandwidth is steady. */
  public long defaultRequests() {
    return switch (this) {
      case CHASE_READ -> 5_000;
      case ROWCONF_READ -> 20_000;
      default -> 100_000;
    };
  }

  /** Generates the addresses of a stream one after the other. */
  static final class Generator {
    private final DramStream stream;
    private final long window;
    private final long rowStride;
    private final long rows;
    private long index;
    private long state = 1;
    private long base;

    /** Whether the request last generated is a write. */
    boolean write;

    /**
     * @param window bytes the addresses lie in
     * @param rowStride bytes from a row of a bank to its next
     * @param rows rows of a bank
     */
    Generator(DramStream stream, long window, long rowStride, long rows) {
      this.stream = stream;
      this.window = window;
      this.rowStride = rowStride;
      this.rows = rows;
    }

    long next() {
      long i = index++;
      long lines = window / REQUEST_BYTES;
      write = false;
      return switch (stream) {
        case SEQ_READ -> i % lines * REQUEST_BYTES;
        case SEQ_WRITE -> {
          write = true;
          yield i % lines * REQUEST_BYTES;
        }
        case RAND_READ, CHASE_READ -> Long.remainderUnsigned(random(), lines) * REQUEST_BYTES;
        case SEQ_RW -> {
          write = (i & 1) != 0;
          yield (write ? window / 2 : 0) + i / 2 * REQUEST_BYTES % (window / 2);
        }
        case RAND_RW -> {
          long x = random();
          write = x < 0;
          yield (x & Long.MAX_VALUE) % lines * REQUEST_BYTES;
        }
        case ROWCONF_READ -> i % rows * rowStride;
        case STRIDE256_READ -> strided(i, 256);
        case STRIDE4096_READ -> strided(i, 4096);
        case CHUNK4K_READ -> {
          if (i % 64 == 0) {
            base = Long.remainderUnsigned(random(), window / 4096) * 4096;
          }
          yield base + i % 64 * REQUEST_BYTES;
        }
      };
    }

    private long strided(long i, long distance) {
      long per = window / distance;
      return i % per * distance + i / per * REQUEST_BYTES % distance;
    }

    /** splitmix64. */
    private long random() {
      state += 0x9E3779B97F4A7C15L;
      long z = state;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      return z ^ z >>> 31;
    }
  }
}
