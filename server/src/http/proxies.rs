//! Who the client is when proxies stand in between.
//!
//! Only a configured proxy's word counts, and of what it says only the right-most address that is not itself a proxy:
//! everything further left was written by the client.

use std::net::{IpAddr, Ipv6Addr};

use http::HeaderMap;
use serde::{Deserialize, Deserializer, de::Error as _};

/// The addresses and networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

/// A network: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    bits: u32,
}

impl Network {
    /// An address, or an address and a prefix length, as `10.0.0.0/8`.
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let (width, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(width);
        (length <= width).then(|| Self { address: number(address), bits: before + length })
    }

    fn holds(self, address: IpAddr) -> bool {
        let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
        number(address) & mask == self.address & mask
    }
}

/// One number line for both families: IPv4 where IPv6 maps it.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Proxies {
    /// Whether `address` is a proxy of ours.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// The client's address: the right-most hop that no proxy of ours is, starting with the peer itself.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        if !self.trust(peer) {
            return client.to_canonical();
        }
        // Bytes, from the right: what the client wrote further left may be no text, and hides nothing by that.
        let said = headers.get_all("x-forwarded-for");
        for hop in said.iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b',')) {
            // What a proxy of ours did not write as an address says nothing; the last known hop stays.
            let Some(hop) = address(hop) else { break };
            client = hop;
            if !self.trust(hop) {
                break;
            }
        }
        client.to_canonical()
    }
}

/// One hop, as a proxy wrote it.
fn address(hop: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(hop).ok()?.trim().parse().ok()
}

/// What rate limits count by: one IPv4 address, or the /64 that one IPv6 subscriber holds.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

impl<'de> Deserialize<'de> for Proxies {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let network = |text: &String| {
            Network::parse(text)
                .ok_or_else(|| D::Error::custom(format!("{text:?} is neither address nor network")))
        };
        texts.iter().map(network).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies(networks.iter().map(|text| Network::parse(text).unwrap()).collect())
    }

    fn forwarded<T: AsRef<[u8]>>(values: &[T]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(value.as_ref()).unwrap());
        }
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_cannot_speak_for_another() {
        let client = proxies(&["10.0.0.0/8"]).client(ip("192.0.2.7"), &forwarded(&["203.0.113.1"]));
        assert_eq!(client, ip("192.0.2.7"));
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        assert_eq!(Proxies::default().client(ip("127.0.0.1"), &forwarded(&["203.0.113.1"])), ip("127.0.0.1"));
    }

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        let trusted = proxies(&["10.0.0.0/8", "127.0.0.1"]);
        let headers = forwarded(&["198.51.100.9, 203.0.113.1", "10.0.0.2"]);
        assert_eq!(trusted.client(ip("127.0.0.1"), &headers), ip("203.0.113.1"));
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        let headers = forwarded(&["203.0.113.1, unknown"]);
        assert_eq!(proxies(&["10.0.0.0/8"]).client(ip("10.0.0.1"), &headers), ip("10.0.0.1"));
        assert_eq!(proxies(&["10.0.0.0/8"]).client(ip("10.0.0.1"), &forwarded(&["", ",,"])), ip("10.0.0.1"));
    }

    #[test]
    fn nobody_hides_behind_a_byte_that_is_no_text() {
        let trusted = proxies(&["10.0.0.0/8"]);
        let client = |values: &[&[u8]]| trusted.client(ip("10.0.0.1"), &forwarded(values));
        for written in [
            &[b"\xff, 203.0.113.1".as_slice()][..],
            &[b"\xff", b"203.0.113.1"],
            &[b"\xff,203.0.113.1 , 10.0.0.2"],
        ] {
            assert_eq!(client(written), ip("203.0.113.1"), "{written:?}");
        }
        assert_eq!(
            client(&[b"203.0.113.1, \xff".as_slice()]),
            ip("10.0.0.1"),
            "no proxy of ours writes that"
        );
    }

    #[test]
    fn networks_of_both_families_hold_what_they_should() {
        let trusted = proxies(&["2001:db8::/32", "192.0.2.0/31"]);
        assert!(trusted.trust(ip("2001:db8:ffff::1")) && !trusted.trust(ip("2001:db9::1")));
        assert!(trusted.trust(ip("192.0.2.1")) && !trusted.trust(ip("192.0.2.2")));
        assert!(trusted.trust(ip("::ffff:192.0.2.1")));
        assert!(Network::parse("0.0.0.0/0").unwrap().holds(ip("203.0.113.1")));
        assert_eq!(Network::parse("10.0.0.0/33"), None);
    }

    #[test]
    fn a_subscriber_is_one_v4_address_or_a_v6_network() {
        assert_eq!(subscriber(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_eq!(subscriber(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}
