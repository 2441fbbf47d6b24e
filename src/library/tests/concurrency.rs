//! Several handles on one workspace at once.

use super::fixtures::{files, hole, library, prod1, write_picture};
use crate::{LabelFilter, Library, Recovery, Registered};

#[test]
fn two_handles_register_at_the_same_time() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    std::thread::scope(|scope| {
        for worker in 0..2_u32 {
            let root = root.path();
            scope.spawn(move || {
                let mut library = Library::open(root).unwrap();
                for n in 0..20 {
                    let seed = worker * 100 + n;
                    let path = write_picture(root, &format!("in/{seed}.png"), seed);
                    library.register_defect(&prod1(), &hole(), &path).unwrap();
                }
            });
        }
    });
    let library = Library::open(root.path()).unwrap();
    let mut paths: Vec<String> = library
        .images(Some(&prod1()), &LabelFilter::Defect(hole()))
        .unwrap()
        .into_iter()
        .map(|image| image.path)
        .collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 40);
    assert_eq!(files(root.path(), "data/def_split"), paths);
    assert_eq!(library.recovery(), &Recovery::default());
}

#[test]
fn the_same_image_from_several_handles_is_registered_once() {
    let root = tempfile::tempdir().unwrap();
    drop(library(root.path()));
    let path = write_picture(root.path(), "in/1.png", 1);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut library = Library::open(root.path()).unwrap();
                    library.register_normal(&prod1(), &path).unwrap()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let new = outcomes.iter().filter(|o| matches!(o, Registered::New(_))).count();
    assert_eq!(new, 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|o| o.id() == outcomes[0].id()), "{outcomes:?}");
    assert_eq!(files(root.path(), "data/patchCore").len(), 1);
}
