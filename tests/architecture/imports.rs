//! Which file of a crate uses what another one defines. Re-exports are followed to the definition: whoever
//! imports `super::Tab` where `mod.rs` has `pub use tab::Tab` uses `tab.rs`, not `mod.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::modules::{Module, ModulePath};

/// Re-exports of re-exports are followed this deep.
const MOST_HOPS: usize = 12;

/// Circles of imports: each a sorted list of at least two files.
pub(crate) fn circles(modules: &BTreeMap<ModulePath, Module>) -> Vec<Vec<PathBuf>> {
    let edges = edges(modules);
    let files: Vec<&PathBuf> = edges
        .iter()
        .flat_map(|(from, to)| [from, to])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let index = |file: &PathBuf| files.binary_search(&file).expect("listed above");
    let graph: DiGraphMap<usize, ()> =
        edges.iter().map(|(from, to)| (index(from), index(to), ())).collect();
    let mut circles: Vec<Vec<PathBuf>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .map(|circle| {
            let mut circle: Vec<_> = circle.into_iter().map(|n| files[n].clone()).collect();
            circle.sort();
            circle
        })
        .collect();
    circles.sort();
    circles
}

/// Pairs of files: the first uses an item that the second defines.
pub(crate) fn edges(modules: &BTreeMap<ModulePath, Module>) -> BTreeSet<(PathBuf, PathBuf)> {
    let mut edges = BTreeSet::new();
    for (path, module) in modules {
        let imported = module.imports.iter().filter(|import| !import.is_reexport);
        let named = imported.map(|import| import.path.as_slice());
        for used in named.chain(module.paths.iter().map(Vec::as_slice)) {
            if let Some(to) = definition(modules, path, used, 0)
                && to != &module.file
            {
                edges.insert((module.file.clone(), to.clone()));
            }
        }
    }
    edges
}

/// The file that defines what `used` names, as seen from the module `from`. `None` for names of other crates,
/// for modules as such, and for names that are not items (variables, methods).
fn definition<'a>(
    modules: &'a BTreeMap<ModulePath, Module>,
    from: &ModulePath,
    used: &[String],
    hops: usize,
) -> Option<&'a PathBuf> {
    if hops > MOST_HOPS {
        return None;
    }
    let (mut at, mut rest) = start(modules, from, used, hops)?;
    loop {
        let (name, after) = rest.split_first()?;
        let mut child = at.clone();
        child.push(name.clone());
        if modules.contains_key(&child) && !after.is_empty() {
            (at, rest) = (child, after);
            continue;
        }
        let module = &modules[&at];
        if module.items.contains(name) {
            return Some(&module.file);
        }
        // `at` has the name from elsewhere: a `use`, or one of its globs.
        for import in &module.imports {
            let mut path = import.path.clone();
            match &import.name {
                Some(given) if given == name => path.extend(after.iter().cloned()),
                None => path.extend(rest.iter().cloned()),
                Some(_) => continue,
            }
            if path.as_slice() != used
                && let Some(file) = definition(modules, &at, &path, hops + 1)
            {
                return Some(file);
            }
        }
        return None;
    }
}

/// The module where a path begins, and what of the path is left there.
fn start<'u>(
    modules: &BTreeMap<ModulePath, Module>,
    from: &ModulePath,
    used: &'u [String],
    _hops: usize,
) -> Option<(ModulePath, &'u [String])> {
    let (first, rest) = used.split_first()?;
    match first.as_str() {
        "crate" => Some((Vec::new(), rest)),
        "self" => Some((from.clone(), rest)),
        "super" => {
            let mut at = from.clone();
            at.pop()?;
            let mut rest = rest;
            while let Some((next, after)) = rest.split_first()
                && next == "super"
            {
                at.pop()?;
                rest = after;
            }
            Some((at, rest))
        }
        // A child module, an item of this module, or a name that this module imports.
        _ if modules.contains_key(from) => Some((from.clone(), used)),
        _ => None,
    }
}
