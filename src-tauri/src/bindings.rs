//! The commands and their types, as Rust knows them; `ui/src/lib/backend/bindings.ts` is written from here.

use tauri::Runtime;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{commands, events};

/// Every command and every event of the app.
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .commands(collect_commands![commands::installation_status])
        .events(collect_events![events::Changed, events::Opened])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{env, fs, path::Path};

    use specta_typescript::Typescript;

    /// `cargo xtask bindings` sets this to have the file written instead of compared.
    const WRITE: &str = "TILLBRIDGE_WRITE_BINDINGS";

    #[test]
    fn the_bindings_of_the_window_are_those_of_the_commands() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/backend/bindings.ts");
        let fresh = tempfile::NamedTempFile::new().unwrap();
        let header = "// Written by `cargo xtask bindings` from the commands in src-tauri.\n";
        super::builder::<tauri::Wry>().export(Typescript::default().header(header), fresh.path()).unwrap();
        let current = fs::read_to_string(fresh.path()).unwrap();
        if env::var_os(WRITE).is_some() {
            fs::write(&committed, &current).unwrap();
        }
        let found = fs::read_to_string(&committed).unwrap();
        assert!(found == current, "{} is stale: run `cargo xtask bindings`", committed.display());
    }
}
