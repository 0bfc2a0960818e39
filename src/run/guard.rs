//! The work of one app, kept to itself: a panic ends it as a failure ends it, and whoever works on many apps goes on
//! with the next. Says where in cupaas it was, and nothing of what was worked on, which may be secret.

#[cfg(panic = "abort")]
compile_error!("a panic must unwind: it is one app's failure, and stops no other app's deploy");

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::diagnostic::{Code, Failure};

thread_local! {
    /// Whether a panic of this thread is caught by [`alone`].
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
    /// Where the last one was.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// What `work` gives.
///
/// # Errors
/// Its own; of a panic, where it was.
pub(crate) fn alone<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(listen);
    let before = CAUGHT.replace(true);
    // What a panic may leave half done is a view of what stands in git, which each step reads anew.
    let done = catch_unwind(AssertUnwindSafe(work));
    CAUGHT.set(before);
    done.unwrap_or_else(|_| {
        let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
        let message = format!("cupaas has a bug: it panicked at {place}");
        Err(Failure::new(Code::InternalError, message)
            .hint("please report it, with this line and what stands in .cupaas"))
    })
}

/// Notes where a panic was that will be caught; any other is printed as before.
fn listen() {
    let before = take_hook();
    set_hook(Box::new(move |panic| match CAUGHT.get() {
        true => PLACE.set(panic.location().map(ToString::to_string)),
        false => before(panic),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_that_says_where_and_nothing_of_what() {
        let index = std::hint::black_box(1);
        let failure = alone(|| -> Result<(), Failure> { panic!("{}", ["hunter2"; 2][index]) }).unwrap_err();
        assert_eq!(failure.code, Code::InternalError);
        let message = failure.message.to_string();
        assert!(message.contains("src/run/guard.rs:") && !message.contains("hunter2"), "{message}");
        assert_eq!(alone(|| Ok(5)).unwrap(), 5);
    }

    #[test]
    fn within_one_that_is_caught_another_may_be() {
        let outer = alone(|| {
            let inner = alone(|| -> Result<(), Failure> { panic!() });
            assert!(inner.is_err());
            alone(|| Ok(1)).map(|one| one + 1)
        });
        assert_eq!(outer.unwrap(), 2);
    }
}
