//! Which file of a crate uses what another one defines. Re-exports are followed to the definition: whoever
//! imports `super::Tab` where `mod.rs` has `pub use tab::Tab` uses `tab.rs`, not `mod.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::modules::{Module, ModulePath};

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
    let mut resolver = Resolver { modules, known: HashMap::new() };
    let mut edges = BTreeSet::new();
    for (path, module) in modules {
        let imported = module.imports.iter().filter(|import| !import.is_reexport);
        let named = imported.map(|import| import.path.as_slice());
        for used in named.chain(module.paths.iter().map(Vec::as_slice)) {
            if let Some(to) = resolver.definition(path, used)
                && to != module.file
            {
                edges.insert((module.file.clone(), to));
            }
        }
    }
    edges
}

/// Finds the file that defines what a path names.
struct Resolver<'a> {
    modules: &'a BTreeMap<ModulePath, Module>,
    /// What was asked before; `None` also while it is being found out, which ends circles of globs.
    known: HashMap<(ModulePath, Vec<String>), Option<PathBuf>>,
}

impl Resolver<'_> {
    /// The file that defines what `used` names, as seen from the module `from`. `None` for names of other
    /// crates, for modules as such, and for names that are not items (variables, methods).
    fn definition(&mut self, from: &ModulePath, used: &[String]) -> Option<PathBuf> {
        let asked = (from.clone(), used.to_vec());
        if let Some(known) = self.known.get(&asked) {
            return known.clone();
        }
        self.known.insert(asked.clone(), None);
        let found = self.find(from, used);
        self.known.insert(asked, found.clone());
        found
    }

    fn find(&mut self, from: &ModulePath, used: &[String]) -> Option<PathBuf> {
        let (mut at, mut rest) = start(from, used)?;
        loop {
            let (name, after) = rest.split_first()?;
            let mut child = at.clone();
            child.push(name.clone());
            if self.modules.contains_key(&child) && !after.is_empty() {
                (at, rest) = (child, after);
                continue;
            }
            let module = self.modules.get(&at)?;
            if module.items.contains(name) {
                return Some(module.file.clone());
            }
            // The module has the name from elsewhere: by a `use`, or by one of its globs.
            for import in &module.imports {
                let mut path = import.path.clone();
                match &import.name {
                    Some(given) if given == name => path.extend(after.iter().cloned()),
                    None => path.extend(rest.iter().cloned()),
                    Some(_) => continue,
                }
                // `use faiss::faiss` names another crate: looking for its first name leads back here.
                let is_own = import.path.first() == Some(name);
                if !is_own
                    && path.as_slice() != used
                    && let Some(file) = self.definition(&at, &path)
                {
                    return Some(file);
                }
            }
            return None;
        }
    }
}

/// The module where a path begins, and what of the path is left there.
fn start<'u>(from: &ModulePath, used: &'u [String]) -> Option<(ModulePath, &'u [String])> {
    let (first, mut rest) = used.split_first()?;
    match first.as_str() {
        "crate" => Some((Vec::new(), rest)),
        "self" => Some((from.clone(), rest)),
        "super" => {
            let mut at = from.clone();
            at.pop()?;
            while let Some((next, after)) = rest.split_first()
                && next == "super"
            {
                at.pop()?;
                rest = after;
            }
            Some((at, rest))
        }
        // A child module, an item of this module, or a name that this module imports.
        _ => Some((from.clone(), used)),
    }
}
