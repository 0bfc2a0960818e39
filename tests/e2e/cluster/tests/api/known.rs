//! Where cupaas's check and the server may differ, and why. All else fails the tier.

use crate::mutant::Mutant;

/// One difference, recognised by a part of the refusing side's message and by what was changed.
pub(crate) struct Known {
    message: &'static str,
    holds_for: fn(&Mutant) -> bool,
    why: &'static str,
}

const fn known(message: &'static str, holds_for: fn(&Mutant) -> bool, why: &'static str) -> Known {
    Known { message, holds_for, why }
}

fn any(_: &Mutant) -> bool {
    true
}

/// A word is empty.
fn empty(mutant: &Mutant) -> bool {
    mutant.change == "= \"\""
}

/// It is the name of another object that is wrong, not the object's own.
fn reference(mutant: &Mutant) -> bool {
    !mutant.pointer.starts_with("/metadata")
}

/// A mapping is empty.
fn emptied(mutant: &Mutant) -> bool {
    mutant.change == "= {}"
}

/// Something is `null`.
fn null(mutant: &Mutant) -> bool {
    mutant.change == "= null"
}

/// The server fills a value in, or cuts it to one that is filled in.
fn filled_in(mutant: &Mutant) -> bool {
    ["removed", "= 0", "= \"\"", "= {}", "= null", "= 4294967296"].contains(&mutant.change.as_str())
}

/// The text is longer than any name.
fn long(mutant: &Mutant) -> bool {
    mutant.change.len() > 253
}

fn negative(mutant: &Mutant) -> bool {
    mutant.change == "= -1" && mutant.pointer.ends_with("/terminationGracePeriodSeconds")
}

fn fewer_revisions_than_none(mutant: &Mutant) -> bool {
    mutant.change == "= -1" && mutant.pointer == "/spec/revisionHistoryLimit"
}

/// What cupaas refuses and the server takes, because the server would do something else than was written, or nothing.
pub(crate) const STRICTER: &[Known] = &[
    known(
        "is not a path segment",
        long,
        "the server has no limit here; a label or a reference to such a name has",
    ),
    known("found nothing", null, "the server takes a null in a list for an empty item"),
    known(
        "missing key \"value\"",
        any,
        "required in the API's own description; the server takes an empty one",
    ),
    known("but policyTypes lacks", any, "the server would ignore the rules"),
    known("is not a ConfigMap or Secret key", any, "no object can have such a key"),
    known(
        "must be one of",
        empty,
        "the server fills an empty word with its default; who writes one means something else",
    ),
    known("is out of range", any, "the server cuts the number to 32 bits and takes what is left"),
    known("missing key \"seconds\"", any, "required in the API's own description; the server takes 0"),
    known("is not the name of a port of this container", any, "the probe would never answer"),
    known(
        "must not contain a colon",
        any,
        "the API's description forbids it; container runtimes read a colon as a separator",
    ),
    known(
        "must be at least 0",
        fewer_revisions_than_none,
        "of a StatefulSet the server does not look at it; there is no number of revisions below none",
    ),
    known("must be at least 0", negative, "the server reads a negative grace period as 1"),
    known(
        "is not a label or annotation key",
        any,
        "no node can have such a label: the constraint spreads nothing",
    ),
    known("is not a DNS name", reference, "no object of the kind that is referred to can have such a name"),
    known(
        "is not a path segment",
        reference,
        "no object of the kind that is referred to can have such a name",
    ),
    known(
        "needs one of the keys \"minAvailable\", \"maxUnavailable\"",
        any,
        "the budget would protect nothing",
    ),
    known(
        "at most 63 are allowed",
        any,
        "Flux writes the name into a label of all that it applies, and fails there",
    ),
];

/// What the server refuses and cupaas takes.
pub(crate) const LAXER: &[Known] = &[
    known("", null, "what is rendered holds no null: the emitter leaves such a key out"),
    known("is not in the valid range", any, "only the cluster knows which addresses its Services get"),
];

/// Why the difference is one that is known.
pub(crate) fn reason(list: &[Known], message: &str, mutant: &Mutant) -> Option<&'static str> {
    let one = list.iter().find(|one| message.contains(one.message) && (one.holds_for)(mutant));
    one.map(|one| one.why)
}

/// Where the plan says something else than the server does.
pub(crate) const PLAN: &[Known] = &[
    known("", null, "what is rendered holds no null: the emitter leaves such a key out"),
    known(
        "the server's pod template stays",
        filled_in,
        "what is written differs, what the server makes of it does not; the templates always write these fields",
    ),
    known(
        "the plan alone refuses it",
        filled_in,
        "a field that is left out keeps its value or default in the server: what is written would not be what is",
    ),
    known(
        "must specify a handler type",
        emptied,
        "an empty mapping is applied as nothing, and leaves no handler; none is rendered",
    ),
    known(
        "in body must be of type object: \"null\"",
        any,
        "an empty mapping is applied as nothing; none is rendered",
    ),
];
