import { waitWithinBudget } from '@docket/db';

/** How many of the points that were asked for are granted, and when their window ends, in milliseconds since 1970. */
export interface Grant {
  points: number;
  endsAt: number;
}

export interface Leases {
  /** Null where a point was free, else whole seconds until the window ends. */
  take(key: string): Promise<number | null>;
  /** Has the next `take` ask again where this key was refused: a point came back. */
  forgetRefusal(key: string): void;
}

interface Lease {
  left: number;
  endsAt: number;
  /** Until when nobody need ask for more: there was less than was asked for. */
  refusesUntil: number;
}

/** One question to the store on its way, and how many wait for it. */
interface Flight {
  callers: number;
  lease: Promise<Lease>;
}

/** So that a storm costs one statement in a while, yet a point given back by another process is found soon. */
const REFUSAL_MS = 5_000;
/** Of one limit. Forgetting a key costs a statement, and at most one lease of points. */
const MAX_KEYS = 10_000;

const secondsUntil = (endsAt: number): number => Math.max(1, Math.ceil((endsAt - Date.now()) / 1_000));

/**
 * Serves points from memory: each question to the store asks for `size` of them, or one for each who waits, and one
 * question a key is on its way at a time. What it takes it never exceeds; what a process leaves unused is lost to the others.
 */
export const createLeases = (options: {
  size: number;
  /** Asks the store, which all processes share. */
  request: (key: string, points: number) => Promise<Grant>;
}): Leases => {
  const leases = new Map<string, Lease>();
  const flights = new Map<string, Flight>();

  /** All windows of a limit are equally long, so what was remembered first ends first. */
  const remember = (key: string, lease: Lease): void => {
    leases.delete(key);
    leases.set(key, lease);
    for (const oldest of leases.keys()) {
      if (leases.size <= MAX_KEYS) break;
      leases.delete(oldest);
    }
  };

  const requestLease = async (key: string, countCallers: () => number): Promise<Lease> => {
    // Whoever asks at this very moment comes along.
    await Promise.resolve();
    try {
      const wanted = Math.max(options.size, countCallers());
      const { points, endsAt } = await options.request(key, wanted);
      const lease = { left: points, endsAt, refusesUntil: points < wanted ? Date.now() + REFUSAL_MS : 0 };
      remember(key, lease);
      return lease;
    } finally {
      flights.delete(key);
    }
  };

  const joinFlight = (key: string): Promise<Lease> => {
    const flight: Flight = flights.get(key) ?? { callers: 0, lease: requestLease(key, () => flight.callers) };
    flights.set(key, flight);
    flight.callers += 1;
    return flight.lease;
  };

  const findLease = (key: string): Lease | undefined => {
    const lease = leases.get(key);
    return lease !== undefined && Date.now() < lease.endsAt ? lease : undefined;
  };

  return {
    async take(key) {
      let lease = findLease(key);
      for (;;) {
        if (lease !== undefined && lease.left > 0) {
          lease.left -= 1;
          return null;
        }
        if (lease !== undefined && Date.now() < lease.refusesUntil) return secondsUntil(lease.endsAt);
        lease = await waitWithinBudget(joinFlight(key));
      }
    },
    forgetRefusal(key) {
      if (leases.get(key)?.left === 0) leases.delete(key);
    },
  };
};
