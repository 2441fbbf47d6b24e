//! Embedding a manual, killed again and again, and gone on with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fettle_testing::data::has_models;

use crate::harness::{TestWorkspace, arg};

/// Sections of the manual; six passages each.
const SECTIONS: usize = 24;

fn manual(workspace: &TestWorkspace) -> PathBuf {
    let section = |n: usize| {
        format!(
            "## d{n} (결함 {n})\n\n### 발생 원인\n\n- 금형 {n}번의 온도가 {}℃를 넘음\n- 노즐 {n} 마모\n\n\
             ### 조치 가이드\n\n- 금형 {n}번 온도를 {}℃ 이하로 조정\n- 노즐 {n} 교체 주기를 단축\n\n",
            620 + n,
            580 + n
        )
    };
    let text: String = (0..SECTIONS).map(section).collect();
    workspace.file("manual.md", text.as_bytes())
}

/// The files of indexes and their bytes.
fn indexes(workspace: &TestWorkspace) -> BTreeMap<PathBuf, Vec<u8>> {
    let Ok(entries) = workspace.root().join("data/index").read_dir() else {
        return BTreeMap::new();
    };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| is_index(path));
    paths
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path.file_name().unwrap().into(), bytes)
        })
        .collect()
}

fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "index")
}

fn total(files: &BTreeMap<PathBuf, Vec<u8>>) -> usize {
    files.values().map(Vec::len).sum()
}

#[test]
fn an_embedding_killed_at_any_instant_goes_on_where_it_was() {
    if !has_models(&["multilingual-e5-small"]) {
        return;
    }
    let whole = TestWorkspace::new();
    whole.run(&["library", "add-product", "p", "--name-ko", "가", "--name-en", "P"]).must_succeed();
    let file = manual(&whole);
    whole.run(&["library", "add-manual", "p", arg(&file)]).must_succeed();
    let expected = indexes(&whole);
    assert_eq!(expected.len(), 2, "the manual's passages, and what is no manual's subject");

    let killed = TestWorkspace::new();
    killed
        .run(&["library", "add-product", "p", "--name-ko", "가", "--name-en", "P"])
        .must_succeed();
    let register = ["library", "add-manual", "p", arg(&file)];
    let go_on = ["manual", "ingest"];
    let (mut kills, mut sizes) = (0, vec![0]);
    loop {
        let args: &[&str] = if kills == 0 { &register } else { &go_on };
        let mut run = killed.command(args);
        let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let before = indexes(&killed);
        // Killed in the batch after one that was kept, at another instant each time.
        let ended = loop {
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            if total(&indexes(&killed)) > total(&before) {
                std::thread::sleep(Duration::from_millis(kills * 37 % 400));
                break false;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = indexes(&killed);
        for (name, bytes) in &before {
            assert!(kept[name].len() >= bytes.len(), "{}: a batch was lost", name.display());
        }
        sizes.push(total(&kept));
        if ended {
            break;
        }
        kills += 1;
        // Words answer meanwhile.
        if kills == 2 {
            let asked = ["manual", "ask", "노즐 7 마모", "--product", "p", "--now", "--json"];
            let answer = killed.json(&asked);
            assert!(answer.to_string().contains("노즐 7"), "{answer}");
        }
        assert!(kills < 60, "it never ends: {sizes:?}");
    }
    assert!(kills >= 4, "killed only {kills} times: {sizes:?}");
    assert_eq!(indexes(&killed), expected);
}
