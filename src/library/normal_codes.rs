//! Codes and names of a database from before they had one normal form.
//!
//! A code that only a Mac's spelling set apart from another one of the same look is renamed, with a
//! number at its end, so that both stay and look different. Files keep their names: rows say where
//! they are.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::rows::{code_column, optional_code_column, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{DefectCode, ProductCode, is_invisible, normal_form};

/// Longest code, in characters.
const MAX_CHARS: usize = 64;

/// A code that was renamed because another one looked the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedCode {
    /// The product, under the code that it has now.
    pub product: ProductCode,
    /// The defect type that was renamed, under the code that it has now; `None`: the product.
    pub defect: Option<DefectCode>,
    /// The look that it shared with the other one.
    pub looked: String,
}

impl Library {
    /// Codes that were renamed when this program first opened the workspace.
    ///
    /// # Errors
    /// A database error.
    pub fn renamed_codes(&self) -> Result<Vec<RenamedCode>> {
        let read = |row: &Row<'_>| {
            Ok(RenamedCode {
                product: code_column(row, "product")?,
                defect: optional_code_column(row, 1)?,
                looked: row.get("looked")?,
            })
        };
        rows(&self.conn, "SELECT product, defect, looked FROM renamed_codes ORDER BY id", [], read)
    }
}

/// Rewrites all codes and names in the normal form, within the transaction of the migration.
pub(crate) fn normalise(tx: &Connection) -> Result<()> {
    // Products and their rows change one after the other.
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    normalise_products(tx)?;
    normalise_defects(tx)?;
    for (table, column) in [
        ("products", "name_ko"),
        ("products", "name_en"),
        ("defect_types", "name_ko"),
        ("defect_types", "name_en"),
        ("defect_types", "full_name"),
        ("manuals", "original_name"),
    ] {
        for name in distinct(tx, table, column, None)? {
            let normal = normal_form(&name);
            if normal != name {
                let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
                tx.execute(&sql, [&name, &normal])?;
            }
        }
    }
    Ok(())
}

fn normalise_products(tx: &Connection) -> Result<()> {
    let tables = tables_with(tx, "product")?;
    let mut codes = BTreeSet::new();
    for table in &tables {
        codes.extend(distinct(tx, table, "product", None)?);
    }
    codes.extend(distinct(tx, "products", "code", None)?);
    for (was, renamed) in new_codes(codes) {
        tx.execute("UPDATE products SET code = ?2 WHERE code = ?1", [&was, &renamed.code])?;
        for table in &tables {
            let sql = format!("UPDATE {table} SET product = ?2 WHERE product = ?1");
            tx.execute(&sql, [&was, &renamed.code])?;
        }
        rewrite_records(tx, &renamed.code, "product", &was, &renamed.code)?;
        note(tx, &renamed.code, None, &was, &renamed)?;
    }
    Ok(())
}

fn normalise_defects(tx: &Connection) -> Result<()> {
    // The tables whose defects are a product's; judgements are of an inspection.
    let both = tables_with(tx, "product")?;
    let with_defect: Vec<String> =
        tables_with(tx, "defect")?.into_iter().filter(|table| both.contains(table)).collect();
    for product in distinct(tx, "products", "code", None)? {
        let of = Some(product.as_str());
        let mut codes: BTreeSet<String> =
            distinct(tx, "defect_types", "code", of)?.into_iter().collect();
        for table in &with_defect {
            codes.extend(distinct(tx, table, "defect", of)?);
        }
        for (was, renamed) in new_codes(codes) {
            let values = params![product, was, renamed.code];
            let update = |table: &str, column: &str| {
                let sql = format!(
                    "UPDATE {table} SET {column} = ?3 WHERE product = ?1 AND {column} = ?2"
                );
                tx.execute(&sql, values)
            };
            update("defect_types", "code")?;
            for table in &with_defect {
                update(table, "defect")?;
            }
            update("history", "judged_defect")?;
            tx.execute(
                "UPDATE judgements SET defect = ?3 WHERE defect = ?2 AND inspection IN
                 (SELECT id FROM inspections WHERE product = ?1)",
                values,
            )?;
            rewrite_records(tx, &product, "defect", &was, &renamed.code)?;
            note(tx, &product, Some(&renamed.code), &was, &renamed)?;
        }
    }
    Ok(())
}

/// A code in the normal form.
#[derive(Debug, PartialEq, Eq)]
struct NewCode {
    code: String,
    /// Whether another one has the code that it would have had.
    is_taken: bool,
}

/// The codes that change, each with its new one. A code in the normal form keeps it, so that only
/// the other of two gets a number.
fn new_codes(codes: BTreeSet<String>) -> BTreeMap<String, NewCode> {
    let (kept, others): (BTreeSet<String>, BTreeSet<String>) =
        codes.into_iter().partition(|code| seen(code) == *code);
    let mut taken = kept;
    others
        .into_iter()
        .map(|was| {
            let look = seen(&was);
            let base = if look.is_empty() { "unnamed" } else { look.as_str() };
            let with_number = |number: u32| {
                let end = format!("-{number}");
                let room = MAX_CHARS - end.chars().count();
                base.chars().take(room).chain(end.chars()).collect::<String>()
            };
            let is_taken = taken.contains(base);
            let code = match is_taken {
                true => (2..).map(with_number).find(|code| !taken.contains(code)),
                false => None,
            };
            let code = code.unwrap_or_else(|| base.to_owned());
            taken.insert(code.clone());
            (was, NewCode { code, is_taken })
        })
        .collect()
}

/// A code as it is seen.
fn seen(code: &str) -> String {
    normal_form(code).chars().filter(|c| !is_invisible(*c)).collect()
}

/// Replaces a code in the JSON of a product's inspections and manuals.
fn rewrite_records(tx: &Connection, product: &str, key: &str, was: &str, code: &str) -> Result<()> {
    let tables = [
        ("inspections", "record", "SELECT id, record FROM inspections WHERE product = ?1"),
        (
            "manual_texts",
            "text",
            "SELECT texts.id, texts.text FROM manual_texts AS texts
             JOIN manuals ON manuals.id = texts.manual WHERE manuals.product = ?1",
        ),
    ];
    for (table, column, select) in tables {
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
        for (id, text) in rows(tx, select, [product], read)? {
            // A record that cannot be read is no worse than before.
            let Ok(mut json) = serde_json::from_str::<Value>(&text) else { continue };
            if replace(&mut json, key, was, code) {
                let what = format!("{table} {id}");
                let text = serde_json::to_string(&json)
                    .map_err(|source| LibraryError::BadRecord { what, source })?;
                let sql = format!("UPDATE {table} SET {column} = ?2 WHERE id = ?1");
                tx.execute(&sql, params![id, text])?;
            }
        }
    }
    Ok(())
}

/// Replaces the text `was` under `key` at any depth; whether there was any.
fn replace(json: &mut Value, key: &str, was: &str, code: &str) -> bool {
    match json {
        Value::Array(items) => {
            let found = items.iter_mut().filter_map(|item| {
                let is_found = replace(item, key, was, code);
                is_found.then_some(())
            });
            found.count() > 0
        }
        Value::Object(entries) => entries.iter_mut().fold(false, |found, (name, value)| {
            if name == key && value.as_str() == Some(was) {
                *value = code.into();
                true
            } else {
                replace(value, key, was, code) || found
            }
        }),
        _ => false,
    }
}

/// Notes a code that looks different now.
fn note(
    tx: &Connection,
    product: &str,
    defect: Option<&str>,
    was: &str,
    renamed: &NewCode,
) -> Result<()> {
    if renamed.is_taken {
        let code = &renamed.code;
        tracing::warn!(%code, "renamed: another one was called '{}'", seen(was));
        tx.execute(
            "INSERT INTO renamed_codes (product, defect, looked) VALUES (?1, ?2, ?3)",
            params![product, defect, seen(was)],
        )?;
    }
    Ok(())
}

/// The tables with a column, so that those of later schemas are among them.
fn tables_with(tx: &Connection, column: &str) -> Result<Vec<String>> {
    let sql = "SELECT tables.name FROM sqlite_schema AS tables
               JOIN pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND columns.name = ?1
               AND tables.name <> 'renamed_codes' ORDER BY tables.name";
    rows(tx, sql, [column], |row| row.get(0))
}

/// The different texts of a column, of one product or of all.
fn distinct(
    tx: &Connection,
    table: &str,
    column: &str,
    product: Option<&str>,
) -> Result<Vec<String>> {
    let of = if product.is_some() { "product = ?1" } else { "?1 IS NULL" };
    let sql = format!(
        "SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND {of} ORDER BY 1"
    );
    rows(tx, &sql, [product], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_gets_its_normal_form_or_a_number() {
        let nfd = "\u{1100}\u{1161}\u{110c}\u{116e}\u{11a8}";
        let long = "\u{1100}\u{1161}".repeat(64);
        // The codes of a workspace, and those that change.
        type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str, bool)]);
        let cases: [Case<'_>; 9] = [
            (&["가죽", "prod1"], &[]),
            (&[nfd], &[(nfd, "가죽", false)]),
            (&[nfd, "가죽"], &[(nfd, "가죽-2", true)]),
            (&[nfd, "가죽", "가죽-2"], &[(nfd, "가죽-3", true)]),
            (&["p\u{3164}"], &[("p\u{3164}", "p", false)]),
            (
                &["p", "p\u{3164}", "p\u{3164}\u{3164}"],
                &[("p\u{3164}", "p-2", true), ("p\u{3164}\u{3164}", "p-3", true)],
            ),
            (&["\u{3164}"], &[("\u{3164}", "unnamed", false)]),
            (&["\u{f90a}", "金"], &[("\u{f90a}", "金-2", true)]),
            (&[&long, &"가".repeat(64)], &[(&long, &("가".repeat(62) + "-2"), true)]),
        ];
        for (codes, expect) in cases {
            let given = codes.iter().map(|code| (*code).to_owned()).collect();
            let expect: BTreeMap<String, NewCode> = expect
                .iter()
                .map(|(was, code, is_taken)| {
                    let code = (*code).to_owned();
                    ((*was).to_owned(), NewCode { code, is_taken: *is_taken })
                })
                .collect();
            assert_eq!(new_codes(given), expect, "{codes:?}");
        }
    }

    #[test]
    fn a_code_is_replaced_under_its_key_at_any_depth() {
        for (given, expect) in [
            (r#"{"product":"a"}"#, Some(r#"{"product":"b"}"#)),
            (
                r#"{"x":[{"product":"a","n":0.1},{"product":"c"}]}"#,
                Some(r#"{"x":[{"n":0.1,"product":"b"},{"product":"c"}]}"#),
            ),
            (r#"{"name":"a"}"#, None),
            (r#"["a"]"#, None),
            (r#"{"product":{"product":"a"}}"#, Some(r#"{"product":{"product":"b"}}"#)),
        ] {
            let mut json: Value = serde_json::from_str(given).unwrap();
            let found = replace(&mut json, "product", "a", "b");
            let expected: Option<Value> = expect.map(|text| serde_json::from_str(text).unwrap());
            assert_eq!(found.then_some(json), expected, "{given}");
        }
    }
}
