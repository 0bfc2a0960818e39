//! A small model of one app in two environments: what each command should lead to.

use proptest::prelude::*;

/// How many commits the app has.
pub(super) const COMMITS: usize = 40;

/// What is done.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// So many commits after the newest that was deployed; or before it.
    Deploy(isize),
    /// The same in staging, and its image by digest.
    Stage(isize),
    /// What is in staging.
    Promote,
    Rollback {
        back: usize,
        stay: bool,
    },
    Resume,
    /// To the image of a commit, else to what runs.
    Pin(Option<usize>),
    Unpin,
    Remove,
    Restart,
    Scale(u32),
    Unscale,
    Stop,
    Start,
    Maintenance(bool),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => prop_oneof![6 => Just(1), 2 => Just(2), 2 => Just(0), 1 => Just(-1)].prop_map(Step::Deploy),
        4 => prop_oneof![6 => Just(1), 1 => Just(0), 1 => Just(-1)].prop_map(Step::Stage),
        5 => Just(Step::Promote),
        8 => (1..3_usize, any::<bool>()).prop_map(|(back, stay)| Step::Rollback { back, stay }),
        2 => Just(Step::Resume),
        1 => proptest::option::of(0..4_usize).prop_map(Step::Pin),
        1 => Just(Step::Unpin),
        1 => Just(Step::Remove),
        1 => Just(Step::Restart),
        1 => (1..4_u32).prop_map(Step::Scale),
        1 => Just(Step::Unscale),
        1 => Just(Step::Stop),
        1 => Just(Step::Start),
        2 => any::<bool>().prop_map(Step::Maintenance),
    ]
}

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Pinned,
    Held,
    Superseded,
    Refused,
}

/// An image: of which commit, and whether it is named by its digest, so that it follows no other commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) of: usize,
    pub(super) by_digest: bool,
}

/// A release: the commit that it is of, the image that it runs, and the one that ran before it.
#[derive(Debug, Clone, Copy)]
struct Node {
    is: (usize, Image),
    before: Option<usize>,
}

/// What there should be.
#[derive(Debug, Default)]
pub(super) struct Model {
    nodes: Vec<Node>,
    /// What runs, or ran last.
    pub(super) top: Option<usize>,
    pub(super) deployed: bool,
    /// The commit that was rolled back, and whether only `resume` ends it.
    pub(super) hold: Option<(usize, bool)>,
    pin: Option<Image>,
    pub(super) scale: Option<u32>,
    pub(super) stopped: bool,
    pub(super) maintenance: bool,
    pub(super) restarted: bool,
    /// What is in staging.
    staged: Option<usize>,
}

impl Model {
    pub(super) fn now(&self) -> (usize, Image) {
        self.nodes[self.top.unwrap()].is
    }

    /// The commit that a deploy means.
    pub(super) fn meant(&self, after: isize, staging: bool) -> usize {
        let newest = if staging { self.staged } else { self.nodes.iter().map(|node| node.is.0).max() };
        newest.map_or(0, |newest| newest.saturating_add_signed(after)).min(COMMITS - 1)
    }

    fn run(&mut self, is: (usize, Image)) {
        if self.top.is_none_or(|top| self.nodes[top].is != is) {
            self.nodes.push(Node { is, before: self.top });
            self.top = Some(self.nodes.len() - 1);
        }
    }

    /// What runs, rendered again: an image by rule follows its commit, unless something keeps it.
    fn again(&mut self) -> End {
        let (commit, image) = self.now();
        let next = if self.hold.is_some() { image } else { self.following(commit) };
        self.run((commit, self.pin.unwrap_or(next)));
        End::Done
    }

    /// The image of a commit where none is named: by rule, but one that was named otherwise stays.
    fn following(&self, commit: usize) -> Image {
        let running = self.top.map(|top| self.nodes[top].is.1).filter(|image| image.by_digest);
        running.unwrap_or(Image { of: commit, by_digest: false })
    }

    fn promote(&mut self) -> End {
        let Some(commit) = self.staged else { return End::Refused };
        if self.pin.is_some() {
            return End::Refused;
        }
        // No history is at hand, and all times are one: of no commit it is known that it is newer.
        if self.deployed && self.hold.is_some() {
            return End::Done;
        }
        self.deliver(commit, Image { of: commit, by_digest: true })
    }

    /// What changes nothing makes no commit, and so records none.
    fn deliver(&mut self, commit: usize, image: Image) -> End {
        if self.deployed && self.hold.is_none() && self.now().1 == image {
            return End::Done;
        }
        (self.deployed, self.hold) = (true, None);
        self.run((commit, image));
        End::Done
    }

    fn stage(&mut self, commit: usize) -> End {
        if self.staged.is_some_and(|staged| commit < staged) {
            return End::Superseded;
        }
        self.staged = Some(commit);
        End::Done
    }

    fn deploy(&mut self, commit: usize) -> End {
        if self.deployed {
            match (self.pin, self.hold) {
                (Some(_), _) => return End::Pinned,
                (_, Some((_, true))) => return End::Held,
                (_, Some((back, false))) if commit <= back => return End::Held,
                _ if commit < self.now().0 => return End::Superseded,
                _ => {}
            }
        }
        self.deliver(commit, self.pin.unwrap_or(self.following(commit)))
    }

    fn rollback(&mut self, back: usize, stay: bool) -> End {
        if !self.deployed {
            return End::Refused;
        }
        let mut target = self.top;
        for _ in 0..back {
            target = target.and_then(|node| self.nodes[node].before);
        }
        let Some(target) = target else { return End::Refused };
        let is_new = self.nodes[target].is != self.now() || self.hold.is_some();
        if !is_new || self.pin.is_some() {
            return End::Refused;
        }
        let (kept, stays) = self.hold.unwrap_or((self.now().0, false));
        self.hold = Some((kept, stays || stay));
        self.top = Some(target);
        End::Done
    }

    pub(super) fn take(&mut self, step: &Step) -> End {
        match *step {
            Step::Deploy(after) => return self.deploy(self.meant(after, false)),
            Step::Stage(after) => return self.stage(self.meant(after, true)),
            Step::Promote => return self.promote(),
            Step::Rollback { back, stay } => return self.rollback(back, stay),
            Step::Remove => {
                (self.deployed, self.hold) = (false, None);
                return End::Done;
            }
            Step::Resume => {
                self.again();
                self.hold = None;
                return End::Done;
            }
            Step::Pin(image) => {
                let named = image.map(|of| Image { of, by_digest: false });
                self.pin = Some(named.unwrap_or_else(|| self.now().1));
            }
            Step::Unpin => self.pin = None,
            Step::Restart => self.restarted = true,
            Step::Scale(count) => self.scale = Some(count),
            Step::Unscale => self.scale = None,
            Step::Stop => self.stopped = true,
            Step::Start => self.stopped = false,
            Step::Maintenance(on) => self.maintenance = on,
        }
        self.again()
    }
}
