//! Where a request comes from: the address that limits count by, and the device that a session is listed under.

use std::net::IpAddr;
use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Data;

use super::page::Site;

/// Addresses with the same beginning: one machine, or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    prefix: u32,
}

/// Text that is no address and no network.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0:?} is neither an address nor a network such as 10.0.0.0/8")]
pub struct NoNetwork(String);

/// IPv4 addresses as IPv6 writes them, so that both are compared in one way.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let wrong = || NoNetwork(text.to_owned());
        let (address, prefix) = text.trim().split_once('/').map_or((text.trim(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_not_an_address| wrong())?;
        let (longest, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let prefix: u32 = prefix.map_or(Ok(longest), str::parse).map_err(|_not_a_number| wrong())?;
        (prefix <= longest).then_some(Self { bits: bits(address), prefix: prefix + offset }).ok_or_else(wrong)
    }
}

impl Network {
    /// Whether this address is part of it.
    #[must_use]
    pub fn holds(self, address: IpAddr) -> bool {
        let differing = self.bits ^ bits(address);
        self.prefix == 0 || differing.leading_zeros() >= self.prefix
    }
}

/// The address that a request comes from. What `X-Forwarded-For` says counts only where it was written by a proxy that
/// the settings name: read from its end, the first address that is no such proxy is the client's.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let site = request.app_data::<Data<Site>>();
    let trusted = site.map_or(&[][..], |site| &site.trusted_proxies);
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    behind(peer, &said, trusted)
}

fn behind(peer: IpAddr, said: &[&str], trusted: &[Network]) -> IpAddr {
    let ours = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
    let mut nearest = peer;
    for hop in said.iter().rev() {
        if !ours(nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse() else { break };
        nearest = address;
    }
    nearest
}

/// The part of an address that stands for whoever is behind it: an IPv6 customer has a whole /64.
#[must_use]
pub fn household(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The device in words, as somebody would recognise it in a list: "Firefox on Windows".
#[must_use]
pub fn device(request: &HttpRequest) -> String {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    device_words(agent.unwrap_or_default())
}

fn device_words(agent: &str) -> String {
    let first =
        |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, words)| *words);
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("FxiOS", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let machine = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "Chromebook"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, machine) {
        (Some(browser), Some(machine)) => format!("{browser} on {machine}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(machine)) => format!("A browser on {machine}"),
        (None, None) => "A browser we do not know".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_named_proxies_may_say_who_is_behind_them() {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let client = "203.0.113.9";
        assert_eq!(behind(ip("198.51.100.1"), &[client], &proxies), ip("198.51.100.1"), "nobody named this one");
        assert_eq!(behind(ip("10.1.2.3"), &[client], &[]), ip("10.1.2.3"), "no proxies, no header");
        assert_eq!(behind(ip("10.1.2.3"), &[client], &proxies), ip(client));
        assert_eq!(behind(ip("10.1.2.3"), &["6.6.6.6", client, "10.9.9.9"], &proxies), ip(client), "what it forged");
        assert_eq!(behind(ip("::ffff:10.1.2.3"), &[client], &proxies), ip(client));
        assert_eq!(behind(ip("2001:db8::1"), &[client], &proxies), ip(client));
        assert_eq!(behind(ip("10.1.2.3"), &["nonsense"], &proxies), ip("10.1.2.3"));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("example.org".parse::<Network>().is_err());
        assert!("0.0.0.0/0".parse::<Network>().unwrap().holds(ip("8.8.8.8")));
        assert!(!"0.0.0.0/0".parse::<Network>().unwrap().holds(ip("2001:db8::2")));
    }

    #[test]
    fn a_household_is_one_address_or_one_network() {
        assert_eq!(household(ip("203.0.113.9")), "203.0.113.9");
        assert_eq!(household(ip("::ffff:203.0.113.9")), "203.0.113.9");
        assert_eq!(household(ip("2001:db8:1:2:3:4:5:6")), household(ip("2001:db8:1:2::9")));
    }

    #[test]
    fn devices_are_named_in_words() {
        for (agent, words) in [
            ("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
            ("", "A browser we do not know"),
        ] {
            assert_eq!(device_words(agent), words);
        }
    }
}
