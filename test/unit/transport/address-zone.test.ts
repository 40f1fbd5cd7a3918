import { describe, expect, it } from 'vitest';
import { findZone, mayReach, type Zone } from '../../../src/transport/address-zone.ts';

describe('the zone of an address', () => {
  it.each<[string, Zone]>([
    ['127.0.0.1', 'loopback'],
    ['127.255.3.4', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['[::1]', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['198.18.0.1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['2002:a00:1::1', 'private'],
    ['2002:7f00:1::', 'loopback'],
    ['::10.0.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['8.8.8.8', 'public'],
    ['2606:4700::1', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['ff02::1', 'reserved'],
    ['registry.example', 'reserved'],
    ['', 'reserved'],
  ])('of %s is %s', (address, zone) => {
    expect(findZone(address)).toBe(zone);
  });
});

describe('who may send us where', () => {
  it.each<[Zone | undefined, Zone, boolean]>([
    ['public', 'public', true],
    ['public', 'private', false],
    ['public', 'loopback', false],
    ['public', 'link-local', false],
    [undefined, 'public', true],
    [undefined, 'private', false],
    [undefined, 'loopback', false],
    ['private', 'public', true],
    ['private', 'private', true],
    ['private', 'loopback', false],
    ['private', 'link-local', false],
    ['loopback', 'loopback', true],
    ['loopback', 'private', true],
    ['loopback', 'public', true],
    ['loopback', 'link-local', false],
    ['loopback', 'reserved', false],
  ])('from %s to %s: %s', (from, to, allowed) => {
    expect(mayReach(from, to)).toBe(allowed);
  });
});
