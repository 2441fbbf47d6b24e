//! `fettle serve` as a service of systemd, whose part the test plays.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fettle_testing::data;

use crate::harness::TestWorkspace;
use crate::live_server::LiveServer;

/// Waits for the next thing that the service says.
#[track_caller]
fn said(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 4096];
    let length = socket.recv(&mut bytes).expect("the service says nothing");
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

#[test]
fn systemd_is_told_when_it_is_ready_alive_and_stopping() {
    let workspace = TestWorkspace::new();
    let path = workspace.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "400000")];
    let server = LiveServer::start_in(workspace, &[], &variables);
    let ready = said(&socket);
    let status = format!("STATUS=http://{}", server.address);
    assert!(ready.lines().any(|line| line == "READY=1"), "{ready}");
    assert!(ready.lines().any(|line| line == status), "{ready}");
    server.get("/livez").must_be(200);
    for _ in 0..3 {
        assert_eq!(said(&socket).trim(), "WATCHDOG=1");
    }
    let (code, last) = server.terminate_and(|| while said(&socket).trim() != "STOPPING=1" {});
    assert_eq!(code, Some(0), "{last}");
}

#[test]
fn without_systemd_it_serves_as_before() {
    // A socket that nobody listens at is no reason to stop.
    let variables = [("NOTIFY_SOCKET", "/nowhere/notify"), ("WATCHDOG_USEC", "not a number")];
    let server = LiveServer::start_in(TestWorkspace::new(), &[], &variables);
    server.get("/livez").must_be(200);
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let unit = data::checkout().join("packaging/fettle.service");
    let text = std::fs::read_to_string(&unit).unwrap();
    for line in ["Type=notify", "NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes"] {
        assert!(text.lines().any(|known| known == line), "{line}");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return;
    }
    // Verified with a program that is there: the unit names the package's.
    let folder = TestWorkspace::new();
    let program = env!("CARGO_BIN_EXE_fettle");
    let text = text.replace("/usr/bin/fettle", program);
    let copy = folder.file("fettle.service", text.as_bytes());
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&copy).output();
    let verified = verified.unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    let name = Path::new("fettle.service").display().to_string();
    let faults: Vec<_> = said.lines().filter(|line| line.contains(&name)).collect();
    assert!(verified.status.success() && faults.is_empty(), "{said}");
}
