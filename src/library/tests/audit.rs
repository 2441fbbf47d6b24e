//! The audit trail: what stands in it, and what spoils it.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::fixtures::{hole, inspection, library, prod1};
use crate::layout::DATABASE_PATH;
use crate::{Library, NewToken};
use fettle_domain::{Actor, AuditFault, CatalogueEntry, DefectCode, Opinion, Role, Verdict, Via};

fn kim() -> Actor {
    Actor { name: "김".to_owned(), via: Via::Window, role: Role::Operator }
}

/// Entries after the number, as "who via action kind subject before after".
fn said(library: &Library, after: u64) -> Vec<String> {
    let entries = library.audit_entries(after, 100).unwrap();
    let lines = entries.iter().map(|entry| {
        let words = [
            &entry.who,
            entry.via.name(),
            entry.action.name(),
            &entry.kind,
            &entry.subject,
            entry.before.as_deref().unwrap_or("-"),
            entry.after.as_deref().unwrap_or("-"),
        ];
        words.join(" ")
    });
    lines.collect()
}

/// The number of the newest entry.
fn newest(library: &Library) -> u64 {
    library.check_audit(None).unwrap().entries
}

#[test]
fn a_change_stands_in_the_trail_with_who_before_and_after() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let found = library.record_inspection(&inspection("2026-11-22T10:00:00Z", Verdict::Ng, 2.0));
    let id = found.unwrap();
    library.act_as(kim());
    // What is found is no change by a person; what is said of it is.
    let before = newest(&library);
    let opinion = Opinion { verdict: Verdict::Ok, defect: None, note: "긁힘 아님".to_owned() };
    library.judge(id, Some(&opinion), "김").unwrap();
    let lines = said(&library, before);
    let [line] = lines.as_slice() else { panic!("{lines:#?}") };
    let expected = "김 window added judgements 1 - {\"id\":1,\"inspection\":1,\"verdict\":\"ok\"";
    assert!(line.starts_with(expected) && line.contains("긁힘 아님"), "{line}");

    // Of a change, what changed.
    let before = newest(&library);
    let press = "press 3".to_owned();
    library.act_as(Actor { name: press, via: Via::Server, role: Role::Engineer });
    let mut renamed = library.defect_type(&prod1(), &hole()).unwrap();
    renamed.name_en = "Pore".to_owned();
    library.rename_defect_type(&renamed).unwrap();
    let lines = said(&library, before);
    assert_eq!(
        lines,
        [r#"press 3 server changed defect_types prod1/hole {"name_en":"hole"} {"name_en":"Pore"}"#]
    );
}

#[test]
fn what_is_refused_leaves_no_trace_and_what_is_undone_both_ways() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    library.act_as(kim());
    let before = newest(&library);
    let unknown = CatalogueEntry::DefectType(prod1(), DefectCode::new("none").unwrap());
    library.delete_entry(&unknown, "김").unwrap_err();
    assert_eq!(newest(&library), before);
    let entry = CatalogueEntry::DefectType(prod1(), hole());
    let deletion = library.delete_entry(&entry, "김").unwrap();
    library.undo_deletion(deletion).unwrap();
    let kinds: Vec<_> = said(&library, before)
        .iter()
        .map(|line| line.split(' ').skip(2).take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        kinds,
        [
            "added deletions 1",
            "changed defect_types prod1/hole",
            "changed defect_types prod1/hole",
            "changed deletions 1",
        ]
    );
}

#[test]
fn a_secret_is_not_in_the_trail() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let token = NewToken {
        id: "a1",
        name: "press",
        role: Role::Operator,
        digest: "d1g357",
        by: "kim",
        expires_at: None,
    };
    library.add_token(&token).unwrap();
    // Its name is free once it has ended.
    let ended =
        NewToken { id: "b2", name: "old", expires_at: Some("2020-01-01T00:00:00Z"), ..token };
    library.add_token(&ended).unwrap();
    library.add_token(&NewToken { id: "c3", expires_at: None, ..ended }).unwrap();
    library.add_token(&NewToken { id: "d4", expires_at: None, ..ended }).unwrap_err();
    let lines = said(&library, 0).join("\n");
    assert!(lines.contains("added tokens a1") && !lines.contains("d1g357"), "{lines}");
}

#[test]
fn what_somebody_did_to_the_trail_is_found() {
    // What is done to the file, what a check finds.
    let cases: [(&str, Option<AuditFault>); 8] = [
        ("SELECT 1", None),
        ("UPDATE audit SET who = 'lee' WHERE id = 2", Some(AuditFault::Changed { id: 2 })),
        ("UPDATE audit SET after = NULL WHERE id = 1", Some(AuditFault::Changed { id: 1 })),
        // A way that no entry has; the table itself refuses other actions, and what is no text.
        ("UPDATE audit SET via = 'robot' WHERE id = 2", Some(AuditFault::Changed { id: 2 })),
        ("UPDATE audit SET hash = replace(hash, 'a', 'b')", Some(AuditFault::Changed { id: 1 })),
        ("DELETE FROM audit WHERE id = 2", Some(AuditFault::Missing { id: 2 })),
        ("DELETE FROM audit WHERE id = 3", Some(AuditFault::Missing { id: 3 })),
        ("DELETE FROM audit", Some(AuditFault::Missing { id: 1 })),
    ];
    for (done, fault) in cases {
        let root = tempfile::tempdir().unwrap();
        let mut library = library(root.path());
        for n in 0..2 {
            library.record_change("settings", "", [&format!("{n}"), "{}"]).unwrap();
        }
        let entries = newest(&library);
        assert!(entries >= 3, "{entries}");
        let database = Connection::open(root.path().join(DATABASE_PATH)).unwrap();
        // The trail's own triggers refuse it.
        if fault.is_some() {
            let refused = database.execute_batch(done).unwrap_err().to_string();
            assert!(refused.contains("only added to"), "{refused}");
        }
        // Whoever writes the file can take them away.
        database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
        // The trail ends with entry 3, so that its end may be cut off.
        database.execute_batch("DELETE FROM audit WHERE id > 3").unwrap();
        database.execute_batch("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'").unwrap();
        database.execute_batch(done).unwrap();
        drop(database);
        assert_eq!(library.check_audit(None).unwrap().fault, fault, "{done}");
    }
}

#[test]
fn a_trail_that_was_written_anew_has_not_the_hash_that_was_kept() {
    let root = tempfile::tempdir().unwrap();
    let mut first = library(root.path());
    first.record_change("settings", "", ["1", "2"]).unwrap();
    let kept = first.check_audit(None).unwrap().head.unwrap();
    first.record_change("settings", "", ["2", "3"]).unwrap();
    assert_eq!(first.check_audit(Some(&kept)).unwrap().fault, None);

    let root = tempfile::tempdir().unwrap();
    let mut other = library(root.path());
    other.record_change("settings", "", ["1", "9"]).unwrap();
    assert_eq!(other.check_audit(None).unwrap().fault, None);
    assert_eq!(other.check_audit(Some(&kept)).unwrap().fault, Some(AuditFault::UnknownHead));
}

#[test]
fn every_table_is_in_the_trail_or_named_with_why_not() {
    let root = tempfile::tempdir().unwrap();
    let library = library(root.path());
    let names = |sql: &str| -> Vec<String> {
        let mut statement = library.conn.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let audited =
        names("SELECT DISTINCT tbl_name FROM temp.sqlite_schema WHERE type = 'trigger' ORDER BY 1");
    assert_names(
        &audited,
        "banks corrective_action_imports corrective_actions defect_types deletions feedback images \
         inspection_areas inspections judgements action_changes lesson_decisions \
         manual_corrections manual_labels manuals people product_settings products threshold_changes \
         tidied tokens",
    );
}

/// Asserts that both name the same, in any order.
fn assert_names(found: &[String], expected: &str) {
    let mut expected: Vec<_> = expected.split(' ').filter(|name| !name.is_empty()).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
