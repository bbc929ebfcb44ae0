//! Work on many items at once; what comes of it does not depend on how many threads there are.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Deep nesting is read by recursion.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Maps items on as many threads as there are processors; the results are in the items' order.
/// `None` stands for an item on which `work` panicked, or for which the system gave no thread.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(slot)) = (items.get(index), results.get(index)) else { break };
            let result = catch_unwind(AssertUnwindSafe(|| work(item)));
            if let (Ok(result), Ok(mut slot)) = (result, slot.lock()) {
                *slot = Some(result);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            // Where the system gives no thread, its items stay `None` and become findings.
            let _ = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker);
        }
    });
    results.into_iter().map(|slot| slot.into_inner().unwrap_or(None)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_their_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = map(&items, |item| item * 2);
        assert!(doubled.into_iter().map(Option::unwrap).eq((0..1000).map(|item| item * 2)));
        assert!(map(&[] as &[u8], |item| *item).is_empty());
    }
}
