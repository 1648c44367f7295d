//! The commands and their types, as Rust knows them; `ui/src/lib/backend/bindings.ts` is written from here.

use tauri::Runtime;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{commands, events};

/// Every command and every event of the app.
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .commands(collect_commands![
            commands::overview,
            commands::tie_out_days,
            commands::tie_out_day,
            commands::sync_now,
            commands::pause,
            commands::setup,
            commands::open_setup_step,
            commands::finish_setup_step,
            commands::preflight,
            commands::confirm,
            commands::create_tax_item,
            commands::shop_connection,
            commands::connect_shop,
            commands::app_token,
            commands::paste_token,
            commands::generate_token,
            commands::revoke_token,
            commands::quick_books_connection,
            commands::save_connector_file,
            commands::connector,
            commands::open_connector_file,
            commands::categories,
            commands::chart,
            commands::choose_account,
            commands::choose_account_preview,
            commands::create_account,
            commands::accept_proposals,
            commands::mapping_history,
            commands::ceilings,
            commands::modes,
            commands::choose_modes,
            commands::modes_preview,
            commands::change_modes,
            commands::purchasing,
            commands::choose_purchasing,
            commands::pick_archive,
            commands::plan,
            commands::choose_plan,
            commands::start_preview,
            commands::start,
            commands::integration,
            commands::runs,
            commands::entries,
            commands::entry_members,
            commands::entry,
            commands::documents,
            commands::document,
            commands::retry,
            commands::release,
            commands::undo_preview,
            commands::undo,
            commands::export_entries,
            commands::export_tie_out,
            commands::stop_export,
            commands::attention,
            commands::attention_entries,
            commands::release_group,
            commands::retry_group,
            commands::preferences,
            commands::set_preferences,
            commands::diagnostics,
            commands::save_diagnostics,
            commands::backups,
            commands::back_up_now,
            commands::reset_request,
            commands::reset,
            commands::open_folder,
            commands::reveal_file,
            commands::update_state,
            commands::check_for_update,
            commands::install_update,
            commands::postpone_update,
            commands::choose_channel,
            commands::about,
        ])
        .events(collect_events![
            events::Changed,
            events::Progressed,
            events::Exporting,
            events::Updated,
            events::Opened
        ])
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
