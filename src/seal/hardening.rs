//! Keeps secrets in this process's memory from reaching a disk. Touches the limits of the process and nothing
//! else; call it once, first thing.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Switches core dumps off for this process; on Linux also for those that the kernel pipes to a crash handler,
/// which ignore the limit, and for other processes of the same user that would read its memory.
pub(crate) fn core_dumps_off() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_core_is_dumped_afterwards() {
        core_dumps_off().unwrap();
        let limit = rustix::process::getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        #[cfg(target_os = "linux")]
        assert_eq!(rustix::process::dumpable_behavior(), Ok(rustix::process::DumpableBehavior::NotDumpable));
        // Twice is no mistake: a limit of zero may be set to zero again.
        core_dumps_off().unwrap();
    }
}
