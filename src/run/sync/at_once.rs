//! Work on many things at once, but never on more than a few: answers come in the order of the things. Whatever ends the
//! work on one of them, a panic too, is that one's failure.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diagnostic::Failure;
use crate::run::guard::alone;

/// Does `work` with each of `items`, at most `most` at once.
pub(super) fn at_once<T: Sync, R: Send>(
    items: &[T],
    most: usize,
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Vec<Result<R, Failure>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<R, Failure>)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..most.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let answer = alone(|| work(item));
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_so_many_run_and_a_panic_is_one_answer_among_others() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items: Vec<usize> = (0..200).collect();
        let answers = at_once(&items, 4, |item| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            assert!(*item != 7);
            Ok(item * 2)
        });
        let answers: Vec<_> = answers.into_iter().map(Result::ok).collect();
        let expected: Vec<_> = (0..200).map(|item| (item != 7).then_some(item * 2)).collect();
        assert_eq!(answers, expected);
        assert!(most.into_inner() <= 4);
        assert!(at_once(&[] as &[u8], 0, |item| Ok(*item)).is_empty());
    }
}
