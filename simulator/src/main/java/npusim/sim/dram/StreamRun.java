package npusim.sim.dram;

import npusim.hardware.Dram;
import npusim.hardware.DramSpec;

/**
 * One run of a stream through the controllers of all channels. Time goes from event to event; at
 * every tick requests are offered in order until one is refused, then the channels act.
 */
final class StreamRun {
  /** Refresh intervals of which a steady stream is judged, and requests at the least. */
  private static final int INTERVALS = 4;

  private static final long LEAST_REQUESTS = 8_000;

  /** Relative difference of two halves that counts as none. */
  private static final double ALIKE = 0.002;

  /** Relative difference of single intervals that counts as none. */
  private static final double EVEN = 0.01;

  private final DramSpec spec;
  private final Dram dram;
  private final DramStream stream;
  private final long requests;
  private final long window;
  private final AddressMapping map;
  private final BankClocks[] clocks;
  private final ChannelController[] channels;
  private final CommandRules rules;
  private final DramStream.Generator generator;
  private final int perRequest;

  // The transaction that waits to be accepted.
  private long offered;
  private long address;
  private int part;
  private boolean waiting;
  private long total;

  // Progress at the ends of refresh intervals; every second is dropped when there are many.
  private final boolean exact;
  private final long interval;
  private long nextMark;
  private long markStep;
  private final long[] marks = new long[2 * INTERVALS + 1];
  private int marked;
  private double rate;

  StreamRun(Dram dram, DramStream stream, long requests, long window, boolean exact) {
    this.dram = dram;
    this.stream = stream;
    this.requests = requests;
    this.window = window;
    this.exact = exact;
    spec = dram.spec().orElseThrow();
    map = new AddressMapping(dram, spec);
    rules = new CommandRules(spec);
    perRequest = Math.max(1, DramStream.REQUEST_BYTES / map.requestBytes());
    var o = spec.organization();
    long rowStride = (long) o.rowBytes() * o.pseudoChannels() * o.banks() * dram.channels();
    generator = new DramStream.Generator(stream, window, rowStride, o.rows());
    clocks = new BankClocks[map.channels()];
    channels = new ChannelController[map.channels()];
    for (int c = 0; c < channels.length; c++) {
      clocks[c] =
          new BankClocks(rules, o.pseudoChannels(), o.ranks(), o.bankGroups(), o.banksPerGroup());
      channels[c] = new ChannelController(rules, clocks[c], dram.controller(), dram.refresh());
    }
    interval = rules.refreshInterval;
    nextMark = interval;
    markStep = interval;
    total = requests;
  }

  DramStreams.Result run() {
    long now = 0;
    while (true) {
      long wake = offer(now);
      if (offered == total && idle()) {
        break;
      }
      long t = now + 1;
      long next = Long.MAX_VALUE;
      for (ChannelController c : channels) {
        if (c.next() <= t) {
          c.act(t);
        }
        next = Math.min(next, c.next());
      }
      if (stream == DramStream.CHASE_READ) {
        wake = idle() ? lastDone() : Long.MAX_VALUE;
      } else if (waiting && hasRoom()) {
        wake = t;
      }
      now = Math.max(t, Math.min(next - 1, wake));
      if (!exact && now >= nextMark) {
        mark(now);
      }
    }
    return result();
  }

  /** Offers requests in order until one is refused; returns when to try again. */
  private long offer(long now) {
    while (offered < total) {
      if (!waiting) {
        if (part == 0) {
          if (stream == DramStream.CHASE_READ && (!idle() || lastDone() > now)) {
            return Long.MAX_VALUE;
          }
          address = generator.next();
        }
        map.decode(address / map.requestBytes() + part);
        waiting = true;
      }
      if (!hasRoom()) {
        return Long.MAX_VALUE;
      }
      int bank = clocks[0].bank(map.pseudoChannel(), map.rank(), map.groupOfRank(), map.bank());
      channels[map.channel()].offer(bank, map.row(), now, generator.write);
      waiting = false;
      if (++part == perRequest) {
        part = 0;
        offered++;
      }
    }
    return Long.MAX_VALUE;
  }

  private boolean hasRoom() {
    return channels[map.channel()].hasRoom(generator.write);
  }

  private boolean idle() {
    for (ChannelController c : channels) {
      if (!c.idle()) {
        return false;
      }
    }
    return true;
  }

  private long lastDone() {
    long last = 0;
    for (ChannelController c : channels) {
      last = Math.max(last, c.lastDone);
    }
    return last;
  }

  /** Notes progress at the end of a refresh interval; ends the stream when it is steady. */
  private void mark(long now) {
    nextMark += markStep;
    marks[marked++] = offered;
    if (marked < marks.length) {
      return;
    }
    long first = marks[INTERVALS] - marks[0];
    long second = marks[2 * INTERVALS] - marks[INTERVALS];
    boolean enough = offered >= LEAST_REQUESTS && requests > 2 * offered;
    if (enough && Math.abs(first - second) <= ALIKE * second && even()) {
      rate = (double) second / (INTERVALS * markStep);
      total = offered + (part > 0 || waiting ? 1 : 0);
      nextMark = Long.MAX_VALUE;
      return;
    }
    for (int i = 0; i <= INTERVALS; i++) {
      marks[i] = marks[2 * i];
    }
    marked = INTERVALS + 1;
    markStep *= 2;
    nextMark = now / interval * interval + markStep;
  }

  /** Whether every interval moved about as much as the mean; random traffic does not for long. */
  private boolean even() {
    double mean = (double) (marks[2 * INTERVALS] - marks[0]) / (2 * INTERVALS);
    for (int i = 0; i < 2 * INTERVALS; i++) {
      if (Math.abs(marks[i + 1] - marks[i] - mean) > EVEN * mean) {
        return false;
      }
    }
    return true;
  }

  private DramStreams.Result result() {
    long ticks = lastDone();
    double share = (double) requests / offered;
    if (offered < requests) {
      ticks += Math.round((requests - offered) / rate);
    }
    long activates = 0;
    long refreshes = 0;
    long columns = 0;
    long latency = 0;
    long reads = 0;
    for (ChannelController c : channels) {
      activates += c.activates;
      refreshes += c.refreshes;
      columns += c.columns;
      latency += c.latency;
      reads += c.readsDone;
    }
    double tickNs = spec.tckPs() / 1000 / rules.ticksPerClock;
    double ns = ticks * tickNs;
    double bandwidth = requests * (double) DramStream.REQUEST_BYTES / ns;
    double average = reads == 0 ? 0 : (double) latency / reads;
    return new DramStreams.Result(
        stream,
        requests,
        window,
        ticks / rules.ticksPerClock,
        ns,
        bandwidth,
        bandwidth * 1e9 / dram.peakBytesPerSecond(1),
        average / rules.ticksPerClock,
        average * tickNs,
        Math.round(columns * share),
        Math.round(activates * share),
        Math.round(refreshes * share));
  }
}
