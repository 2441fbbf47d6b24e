//! The addresses of this machine in the networks that it is in.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4, UdpSocket};

/// An address in another network: one that is kept for documentation (RFC 5737).
const ELSEWHERE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);

/// The addresses of this machine that others reach where it listens on `unspecified` (0.0.0.0 or ::): that
/// by which it reaches other networks first, as a phone's is one of those, then those of version 4; without
/// those of loopback, and those that hold on one cable alone.
pub fn own_addresses(unspecified: IpAddr) -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the machine's addresses are not known");
        Vec::new()
    });
    let addresses = interfaces.iter().map(if_addrs::Interface::ip);
    let mut addresses: Vec<_> = addresses.filter(|ip| is_reached(*ip, unspecified)).collect();
    let usual = usual_address();
    addresses.sort_by_key(|address| (Some(*address) != usual, *address));
    addresses.dedup();
    addresses
}

/// The address from which this machine would send to another network. To be asked, nothing is sent.
fn usual_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

fn is_reached(address: IpAddr, unspecified: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => unspecified.is_ipv6() && !v6.is_loopback() && !v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_given_addresses_that_it_reaches() {
        // Address, where the server listens, given.
        let cases = [
            ("192.168.0.4", "0.0.0.0", true),
            ("10.1.2.3", "::", true),
            ("127.0.0.1", "0.0.0.0", false),
            ("169.254.7.7", "0.0.0.0", false),
            ("2001:db8::7", "::", true),
            ("2001:db8::7", "0.0.0.0", false),
            ("fe80::1", "::", false),
            ("::1", "::", false),
        ];
        for (address, unspecified, given) in cases {
            let is_given = is_reached(address.parse().unwrap(), unspecified.parse().unwrap());
            assert_eq!(is_given, given, "{address} at {unspecified}");
        }
    }
}
