//! A hub of a few lines on this machine.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use serde_json::json;

use super::scene::{Scene, sha256, write};
use crate::store::PullOptions;

/// Serves one file in a thread; returns the address.
fn serve(content: Vec<u8>, etag: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut range = None;
            let request = lines.next().and_then(Result::ok).unwrap_or_default();
            for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
                if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
                    let (from, to) = bytes.split_once('-').unwrap();
                    range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().ok()));
                }
            }
            let known = request.contains("/o/r/resolve/main/w.bin");
            let (from, to) = range.unwrap_or((0, None));
            let to = to.unwrap_or(content.len() - 1);
            let body = &content[from.min(content.len())..(to + 1).min(content.len())];
            let head = if known {
                format!(
                    "HTTP/1.1 206 Partial Content\r\netag: \"{etag}\"\r\nx-repo-commit: c0ffee\r\n\
                     content-range: bytes {from}-{to}/{}\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n",
                    content.len(),
                    body.len(),
                )
            } else {
                "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into()
            };
            let mut stream = stream;
            // The client may have closed the connection.
            let _ = stream.write_all(head.as_bytes());
            if known {
                let _ = stream.write_all(body);
            }
        }
    });
    format!("http://{address}")
}

#[test]
fn a_file_of_the_hub_is_checked_against_its_published_hash() {
    let scene = Scene::new();
    let hub = |file: &str| json!([{"hub": {"repo": "o/r", "file": file, "revision": "main"}}]);
    let right = sha256(&scene.content);
    let with =
        |endpoint: String| PullOptions { hub_endpoint: Some(endpoint), ..PullOptions::default() };

    // No hash in the manifest, and the tag of a small file is none.
    let store = scene.store_with(json!(null), json!(null), hub("w.bin"));
    let git = with(serve(scene.content.clone(), "a".repeat(40)));
    scene.pull(&store, &git).unwrap();
    assert!(scene.is_whole());
    assert_eq!(scene.left(), [""; 0]);

    for (tag, known, says) in [
        (right.clone(), json!(null), None),
        (right.clone(), json!(right.clone()), None),
        ("0".repeat(64), json!(null), Some("but the place says 0000")),
        ("0".repeat(64), json!("1".repeat(64)), Some("not 1111")),
    ] {
        fs::remove_file(scene.file()).unwrap();
        let store = scene.store_with(known, json!(null), hub("w.bin"));
        let result = scene.pull(&store, &with(serve(scene.content.clone(), tag)));
        match says {
            None => assert!(result.is_ok() && scene.is_whole()),
            Some(says) => {
                let error = result.unwrap_err().to_string();
                assert!(error.contains(says), "{error}");
                assert!(!scene.file().exists());
                write(scene.file(), b"for the next case");
            }
        }
    }

    fs::remove_file(scene.file()).unwrap();
    let absent = scene.store_with(json!(null), json!(null), hub("absent.bin"));
    let error = scene.pull(&absent, &git).unwrap_err().to_string();
    assert!(error.contains("404"), "{error}");
}
