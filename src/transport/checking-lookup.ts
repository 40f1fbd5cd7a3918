import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { PlaitError } from '../errors/plait-error.ts';
import { findZone, mayReach, type Zone } from './address-zone.ts';

/**
 * A DNS lookup that gives only addresses that a server in zone `from` may send us to. The check sits here, where the
 * connection is made, because a name can resolve to anything, and to something else each time.
 */
export function createCheckingLookup(from: Zone | undefined): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => mayReach(from, findZone(address)));
      const [first] = allowed;
      if (first === undefined) done(toRefusal(hostname, addresses), '', 0);
      else if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

/** An error when `hostname` is an address that a server in zone `from` must not send us to; names are looked up first. */
export function findRefusal(hostname: string, from: Zone | undefined): PlaitError | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0 || mayReach(from, findZone(bare))) return undefined;
  return toRefusal(hostname, [{ address: bare, family: isIP(bare) }]);
}

function toRefusal(hostname: string, addresses: readonly LookupAddress[]): PlaitError {
  const found = addresses.map(({ address }) => address).join(', ');
  return new PlaitError('REDIRECT_REFUSED', `${hostname} is inside a private network (${found})`, {
    hint: 'a server on the internet must not send us inside; where that is meant, use the registry by its inside name',
  });
}

const OPENNESS: Readonly<Record<Zone, number>> = { loopback: 0, 'link-local': 1, private: 2, public: 3, reserved: 3 };

/** Remembers where the peer of a new connection is. The most public zone seen counts: it gives the fewest rights. */
export function recordZone(zones: Map<string, Zone>, origin: string, socket: Socket | null): void {
  const address = socket?.remoteAddress;
  if (address === undefined) return;
  const zone = findZone(address);
  const earlier = zones.get(origin);
  if (earlier === undefined || OPENNESS[zone] > OPENNESS[earlier]) zones.set(origin, zone);
}
