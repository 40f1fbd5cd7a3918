import { BlockList, isIP } from 'node:net';

/** How far an address reaches. 'reserved' is what no registry can be on: multicast and the like. */
export type Zone = 'loopback' | 'link-local' | 'private' | 'public' | 'reserved';

const ZONES: readonly (readonly [Zone, BlockList])[] = [
  ['loopback', listOf('127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128')],
  ['link-local', listOf('169.254.0.0/16', 'fe80::/10')],
  [
    'private',
    listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'),
  ],
  ['private', listOf('fc00::/7', 'fec0::/10')],
  ['reserved', listOf('224.0.0.0/3', 'ff00::/8')],
];

/** IPv6 prefixes that carry an IPv4 address, and where in the eight groups it stands. */
const EMBEDDED: readonly (readonly [BlockList, number])[] = [
  [listOf('::ffff:0:0/96'), 6],
  [listOf('64:ff9b::/96'), 6],
  [listOf('::/96'), 6],
  [listOf('2002::/16'), 1],
];

function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/');
    // Not asked of isIP: this runs at every start, and its expressions take longer than all the rest.
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The zone of an IP address; an IPv4 address inside an IPv6 one decides. Text that is no address is 'reserved'. */
export function findZone(address: string): Zone {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 0) return 'reserved';
  const own = ZONES.find(([, list]) => isListed(list, bare))?.[0];
  if (own !== undefined) return own;
  const embedded = findEmbedded(bare);
  return embedded === undefined ? 'public' : findZone(embedded);
}

function isListed(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

function findEmbedded(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  const start = EMBEDDED.find(([list]) => isListed(list, address))?.[1];
  if (start === undefined) return undefined;
  const groups = expandGroups(address);
  const high = groups[start] ?? 0;
  const low = groups[start + 1] ?? 0;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight numbers of an IPv6 address. The URL parser writes a dotted tail as two groups. */
function expandGroups(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = toNumbers(head);
  if (tail === undefined) return before;
  const after = toNumbers(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function toNumbers(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}

/**
 * True when a server in zone `from` may send us to an address in zone `to`: never from the outside to the inside.
 * An unknown `from` counts as public.
 */
export function mayReach(from: Zone | undefined, to: Zone): boolean {
  switch (to) {
    case 'public':
      return true;
    case 'private':
      return from === 'private' || from === 'loopback';
    case 'link-local':
      return from === 'link-local';
    case 'loopback':
      return from === 'loopback';
    case 'reserved':
      return false;
    default:
      return to satisfies never;
  }
}
