//! Address of a server.

use std::net::IpAddr;

use url::{Host, Url};

use super::error::RemoteError;

/// Address of a server: `http` or `https`, a host, perhaps a port and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
}

impl Address {
    /// Parses an address with or without `/v1` at its end.
    ///
    /// # Errors
    /// [`RemoteError::BadAddress`] for another scheme, no host, or a user name or password.
    pub fn parse(text: &str) -> Result<Self, RemoteError> {
        let bad = |why: &str| RemoteError::BadAddress {
            // Without the password that the address may contain.
            address: text.rsplit('@').next().unwrap_or_default().to_owned(),
            why: why.to_owned(),
        };
        let mut url = Url::parse(text.trim()).map_err(|error| bad(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("it begins neither with http:// nor with https://"));
        }
        if url.host().is_none() {
            return Err(bad("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it holds a name or a password"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        url.set_path(&path);
        Ok(Self { url })
    }

    /// URL of `path`, e.g. `v1/models`, on the server.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// Whether the address is that of this machine, so that no data leaves it.
    pub fn is_local(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
            None => false,
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed() {
        for (text, expected, is_local) in [
            ("http://localhost:8080", Some("http://localhost:8080"), true),
            (" http://127.0.0.1:8080/v1/ ", Some("http://127.0.0.1:8080"), true),
            ("http://[::1]:1/v1", Some("http://[::1]:1"), true),
            ("https://llm.factory.example/api/v1", Some("https://llm.factory.example/api"), false),
            ("http://localhost.example", Some("http://localhost.example"), false),
            ("http://10.0.0.7:8000/?a=b#c", Some("http://10.0.0.7:8000"), false),
            ("ftp://host", None, false),
            ("file:///etc/passwd", None, false),
            ("localhost:8080", None, false),
            ("http://", None, false),
            ("http://me:secret@host", None, false),
            ("", None, false),
        ] {
            let read = Address::parse(text);
            assert_eq!(read.as_ref().ok().map(ToString::to_string).as_deref(), expected, "{text}");
            match read {
                Ok(address) => assert_eq!(address.is_local(), is_local, "{text}"),
                Err(error) => assert!(!error.to_string().contains("secret"), "{error}"),
            }
        }
        let address = Address::parse("http://host/api/v1/").unwrap();
        assert_eq!(address.join("v1/models"), "http://host/api/v1/models");
    }
}
