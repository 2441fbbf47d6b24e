use std::fs;

use super::scene::{Scene, sha256, watch, write};
use crate::ModelsError;
use crate::store::Verdict;
use fettle_domain::{ContentHash, NullProgress};

#[test]
fn verify_reads_every_byte() {
    let scene = Scene::new();
    let store = scene.store();
    assert!(matches!(store.verify(&scene.id, &NullProgress), Err(ModelsError::Missing { .. })));
    write(scene.file(), &scene.content);
    let verdict = || store.verify(&scene.id, &NullProgress).unwrap()[0].verdict.clone();
    assert_eq!(verdict(), Verdict::Official);
    let mut bytes = scene.content.clone();
    bytes[150_000] ^= 1;
    fs::write(scene.file(), bytes).unwrap();
    assert_eq!(verdict(), Verdict::Differs(ContentHash(sha256(&scene.content))));
    let cancelled = store.verify(&scene.id, &watch(|_| true));
    assert!(matches!(cancelled, Err(ModelsError::Cancelled(_))));
}
