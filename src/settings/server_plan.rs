//! How the window answers other systems.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::setting_fault::{SettingFault, check_range};

/// Whether other systems, browsers and phones may ask the window, and where it answers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerPlan {
    /// Whether they are answered while the window is open.
    pub on: bool,
    /// The address that the window listens on; those of loopback are reached from this machine alone.
    pub address: IpAddr,
    /// The port, 1 to 65535.
    pub port: u16,
    /// Whether questions alone are answered: nothing is inspected, registered or judged.
    pub read_only: bool,
    /// Whether what is sent is encrypted, with a certificate of Fettle's own.
    pub encrypted: bool,
}

impl ServerPlan {
    /// The port of the system that Fettle replaces: its callers need only another host.
    pub const USUAL_PORT: u16 = 5000;

    /// Where the window listens.
    pub fn bind(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        self.address.is_loopback()
    }
}

impl Default for ServerPlan {
    fn default() -> Self {
        Self {
            on: false,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: Self::USUAL_PORT,
            read_only: false,
            encrypted: false,
        }
    }
}

pub(super) fn check_server(plan: &ServerPlan) -> Result<(), SettingFault> {
    check_range(plan.port.into(), u16::MAX.into())
}
