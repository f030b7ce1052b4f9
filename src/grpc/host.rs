//! The `Host` check. Any web page can make a browser call 127.0.0.1, and with a DNS name that it
//! points there it can even read the answers. So a server on loopback answers only to loopback's
//! own names and to those it was told.

use super::status::Refusal;
use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use std::net::IpAddr;

/// Which names this server answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCheck {
    loopback: bool,
    allowed: Vec<String>,
}

impl HostCheck {
    /// For a server that listens on `address`. Away from loopback every host is answered, unless
    /// names are given.
    pub fn new(address: IpAddr, allowed: &[String]) -> HostCheck {
        let allowed = allowed.iter().map(|name| name.to_ascii_lowercase()).collect();
        HostCheck { loopback: address.is_loopback(), allowed }
    }

    /// Whether a request with this target and these headers is answered.
    pub fn permit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        if !self.loopback && self.allowed.is_empty() {
            return Ok(());
        }
        // HTTP/2 names the host in the target, HTTP/1.1 in a header.
        let named = uri.authority().map(Authority::as_str);
        let named = named.or_else(|| headers.get(header::HOST)?.to_str().ok());
        let authority = named.and_then(|text| text.parse::<Authority>().ok());
        let host = authority.as_ref().map(|authority| authority.host().to_ascii_lowercase());
        match host {
            Some(host) if self.answers_to(&host) => Ok(()),
            Some(_) | None => {
                Err(Refusal::WrongHost { host: named.unwrap_or_default().to_owned() })
            }
        }
    }

    fn answers_to(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host == "localhost"
            || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        (self.loopback && is_loopback) || self.allowed.iter().any(|name| name == host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_loopback_answers_only_to_its_own_names() {
        let loopback = HostCheck::new(IpAddr::from([127, 0, 0, 1]), &["chat.test".to_owned()]);
        let public = HostCheck::new(IpAddr::from([0, 0, 0, 0]), &[]);
        let named = HostCheck::new(IpAddr::from([0, 0, 0, 0]), &["chat.test".to_owned()]);
        let check = |host: &str, on_loopback: bool, on_named: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            let (http1, http2) = (Uri::from_static("/"), format!("http://{host}/").parse::<Uri>());
            let permits = |check: &HostCheck| check.permit(&http1, &headers).is_ok();
            assert_eq!(permits(&loopback), on_loopback, "{host}");
            assert_eq!(permits(&named), on_named, "{host}");
            assert!(permits(&public), "{host}");
            if let Ok(http2) = http2 {
                let permits = loopback.permit(&http2, &HeaderMap::new()).is_ok();
                assert_eq!(permits, on_loopback, "HTTP/2 {host}");
            }
        };
        check("localhost", true, false);
        check("LOCALHOST:50051", true, false);
        check("127.0.0.1:50051", true, false);
        check("127.8.8.8", true, false);
        check("[::1]:50051", true, false);
        check("chat.test", true, true);
        check("evil.test", false, false);
        check("localhost.evil.test", false, false);
        check("127.0.0.1.evil.test", false, false);
        check("192.0.2.1", false, false);
    }

    #[test]
    fn a_request_that_names_no_host_is_not_answered_on_loopback() {
        let check = HostCheck::new(IpAddr::from([127, 0, 0, 1]), &[]);
        assert!(check.permit(&Uri::from_static("/"), &HeaderMap::new()).is_err());
    }
}
