//! Two commits of one repository -> which of them follows the other, as far as the commits at hand say: by the parents that
//! each names in its own text. A clone's edge, grafts and replacements, which are this machine's own affair, hide or
//! invent nothing.

use std::collections::{BTreeSet, VecDeque};

use git2::{ObjectType, Odb, Oid};

/// As many commits are looked at on each side; beyond that nothing is known.
const MOST: usize = 500_000;

/// How a commit stands to one that was deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It is the same one.
    Same,
    /// It follows what was deployed.
    Newer,
    /// What was deployed follows it.
    Older,
    /// Neither follows the other: a branch was rewritten, or it is another one.
    Diverged,
    /// The history that is at hand does not say.
    Unknown,
}

/// How `new` stands to `old`, by what `objects` has.
pub(super) fn compare(objects: &Odb<'_>, old: &str, new: &str) -> Order {
    if old.eq_ignore_ascii_case(new) {
        return Order::Same;
    }
    let (Some(old), Some(new)) = (whole(old), whole(new)) else { return Order::Unknown };
    let (mut up, mut down) = (Walk::new(new, old), Walk::new(old, new));
    // By turns: the one that succeeds is most often short, and the other one the whole history.
    loop {
        let found = up.found || down.found;
        if found || (up.is_done() && down.is_done()) {
            break;
        }
        up.step(objects);
        down.step(objects);
    }
    match (up.answer(), down.answer()) {
        (Some(true), _) => Order::Newer,
        (_, Some(true)) => Order::Older,
        (Some(false), Some(false)) => Order::Diverged,
        _ => Order::Unknown,
    }
}

/// How many commits `new` has that `old` has not, by what `objects` has; nothing where what is not here may count too.
pub(super) fn ahead(objects: &Odb<'_>, old: &str, new: &str) -> Option<usize> {
    let (old, new) = (whole(old)?, whole(new)?);
    let behind = Reached::from(objects, old, &BTreeSet::new());
    let more = Reached::from(objects, new, &behind.seen);
    // Where it goes down to the first commit, the other may have come there too, by what is not here.
    let unknown = more.cut || (more.root && behind.cut);
    (!unknown).then_some(more.seen.len())
}

/// The commits that led to one, and it.
#[derive(Default)]
struct Reached {
    seen: BTreeSet<Oid>,
    /// Whether some are not here, or there are too many.
    cut: bool,
    /// Whether one of them is the first of all.
    root: bool,
}

impl Reached {
    /// But for those that are `known`, and what led to them.
    fn from(objects: &Odb<'_>, from: Oid, known: &BTreeSet<Oid>) -> Self {
        let (mut all, mut todo) = (Self::default(), VecDeque::from([from]));
        while let Some(id) = todo.pop_front() {
            if known.contains(&id) || !all.seen.insert(id) {
                continue;
            }
            match parents(objects, id) {
                Some(parents) if all.seen.len() <= MOST => {
                    all.root |= parents.is_empty();
                    todo.extend(parents);
                }
                _ => all.cut = true,
            }
        }
        all
    }
}

/// A commit that is named in full; the beginning of one may be another's too.
pub(super) fn whole(text: &str) -> Option<Oid> {
    Oid::from_str(text).ok().filter(|_| text.len() == 40)
}

/// A commit's parents, where it is here. From its text: of a shallow commit, libgit2 hides them.
fn parents(objects: &Odb<'_>, id: Oid) -> Option<Vec<Oid>> {
    let object = objects.read(id).ok().filter(|object| object.kind() == ObjectType::Commit)?;
    let text = String::from_utf8_lossy(object.data());
    let head = text.lines().take_while(|line| !line.is_empty());
    Some(head.filter_map(|line| whole(line.strip_prefix("parent ")?)).collect())
}

/// A search for a commit among those that led to another.
struct Walk {
    wanted: Oid,
    todo: VecDeque<Oid>,
    seen: BTreeSet<Oid>,
    /// Whether it came to a commit that is not here.
    edge: bool,
    found: bool,
}

impl Walk {
    fn new(from: Oid, wanted: Oid) -> Self {
        Self { wanted, todo: [from].into(), seen: [from].into(), edge: false, found: false }
    }

    fn is_done(&self) -> bool {
        self.todo.is_empty()
    }

    fn step(&mut self, objects: &Odb<'_>) {
        let Some(id) = self.todo.pop_front() else { return };
        let Some(parents) = parents(objects, id) else {
            self.edge = true;
            return;
        };
        for parent in parents {
            self.found |= parent == self.wanted;
            if self.seen.insert(parent) {
                self.todo.push_back(parent);
            }
        }
        if self.seen.len() > MOST {
            self.edge = true;
            self.todo.clear();
        }
    }

    /// Whether it leads there; nothing where what is not here may.
    fn answer(&self) -> Option<bool> {
        match (self.found, self.edge || !self.is_done()) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        }
    }
}
