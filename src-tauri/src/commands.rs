//! What the window may ask, one line each over the engine's API; their names and types are the UI's bindings.
//!
//! Questions that read or write the data go through [`Desktop::ask`], which waits for the disk on a thread of its own;
//! those that ask the shop wait for the network without holding one.

use serde::Deserialize;
use specta::Type;
use sync::{
    Message,
    api::{
        self, About, ApiError, AttentionGroup, BackupView, ChoicePreview, ChosenModes, ConnectorView, DocumentId,
        EntryKey, EntryPage, GeneratedToken, Overview, PlanView, Preferences, PreferencesForm, Purchasing,
        PurchasingChoice, QuickBooksConnection, Setup, SetupStep, ShopConnection, ShopForm, StartPreview,
        UpdateChannel,
    },
    ceilings::CeilingsView,
    choices::{AccountView, CategoryView, MappingVersionView},
    export::{self, ExportFormat},
    history::{
        self, ChosenRemoval, DocumentPage, DocumentQuery, DocumentsPage, EntriesPage, EntryQuery, RunsPage,
        UndoPlanned, UndoSelection,
    },
    integration::IntegrationView,
    modes::{ModesPreview, ModesView},
    preflight::{Confirmation, Preflight},
    reset::ResetRequest,
    support::{self, BundleFile},
    tieout::{self, TieOutDay, TieOutDayView},
    token::TokenView,
    undo::UndoPreview,
};
use tauri::State;

use crate::{
    desktop::{Desktop, connector_file_to, exported},
    system::Picked,
    updates::plan::UpdateView,
};

type Answer<T> = Result<T, ApiError>;

/// A folder of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// All of its data.
    Data,
    /// The backups of its data.
    Backups,
    /// Its logs.
    Logs,
}

/// How everything stands.
#[tauri::command]
#[specta::specta]
pub async fn overview(desktop: State<'_, Desktop>) -> Answer<Overview> {
    desktop.ask(api::overview).await
}

/// The tie-out of the last so many days up to today, the oldest first; days without anything are there with zeros.
#[tauri::command]
#[specta::specta]
pub async fn tie_out_days(desktop: State<'_, Desktop>, days: u32) -> Answer<Vec<TieOutDay>> {
    desktop.ask(move |host| tieout::recent_days(host, days)).await
}

/// The tie-out of one day, down to the orders behind its differences.
#[tauri::command]
#[specta::specta]
pub async fn tie_out_day(desktop: State<'_, Desktop>, date: String) -> Answer<TieOutDayView> {
    desktop.ask(move |host| tieout::tie_out_day(host.store(), api::day(&date)?)).await
}

/// Has a run begin at once; how far it is is told by events.
#[tauri::command]
#[specta::specta]
pub async fn sync_now(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.ask(|host| host.sync_now().map_err(|trouble| ApiError { message: trouble.message() })).await
}

/// Pauses posting to QuickBooks, or lets it go on.
#[tauri::command]
#[specta::specta]
pub async fn pause(desktop: State<'_, Desktop>, paused: bool) -> Answer<()> {
    desktop.ask(move |host| host.change(|store, now| api::pause(store, paused, now))).await
}

/// How far the onboarding is.
#[tauri::command]
#[specta::specta]
pub async fn setup(desktop: State<'_, Desktop>) -> Answer<Setup> {
    desktop.ask(api::setup).await
}

/// Goes to a step of the onboarding and remembers it.
#[tauri::command]
#[specta::specta]
pub async fn open_setup_step(desktop: State<'_, Desktop>, step: SetupStep) -> Answer<Setup> {
    desktop.ask(move |host| api::open_setup_step(host, step)).await
}

/// Proves a step of the onboarding and goes on to the next; rejects with what is missing.
#[tauri::command]
#[specta::specta]
pub async fn finish_setup_step(desktop: State<'_, Desktop>, step: SetupStep) -> Answer<Setup> {
    api::finish_setup_step(desktop.host(), step).await
}

/// What has to be so before the start, point by point.
#[tauri::command]
#[specta::specta]
pub async fn preflight(desktop: State<'_, Desktop>) -> Answer<Preflight> {
    api::preflight(desktop.host()).await
}

/// Keeps what the merchant confirmed.
#[tauri::command]
#[specta::specta]
pub async fn confirm(desktop: State<'_, Desktop>, what: Confirmation) -> Answer<Preflight> {
    api::confirm(desktop.host(), what).await
}

/// Has the 0 % sales-tax item made with the next session.
#[tauri::command]
#[specta::specta]
pub async fn create_tax_item(desktop: State<'_, Desktop>) -> Answer<Preflight> {
    api::create_tax_item(desktop.host()).await
}

/// The shop as it is connected; none while it is not.
#[tauri::command]
#[specta::specta]
pub async fn shop_connection(desktop: State<'_, Desktop>) -> Answer<Option<ShopConnection>> {
    api::shop_connection(desktop.host()).await
}

/// Signs in to a shop and connects it; rejects without changing anything.
#[tauri::command]
#[specta::specta]
pub async fn connect_shop(desktop: State<'_, Desktop>, form: ShopForm) -> Answer<ShopConnection> {
    api::connect_shop(desktop.host(), &form).await
}

/// The app token, as far as it is.
#[tauri::command]
#[specta::specta]
pub async fn app_token(desktop: State<'_, Desktop>) -> Answer<TokenView> {
    desktop.ask(api::token).await
}

/// Keeps the token that QuickBooks made.
#[tauri::command]
#[specta::specta]
pub async fn paste_token(desktop: State<'_, Desktop>, token: String, replace: bool) -> Answer<TokenView> {
    desktop.ask(move |host| api::paste_token(host, &token, replace)).await
}

/// Makes a token, for a QuickBooks that makes none.
#[tauri::command]
#[specta::specta]
pub async fn generate_token(desktop: State<'_, Desktop>, replace: bool) -> Answer<GeneratedToken> {
    desktop.ask(move |host| api::generate_token(host, replace)).await
}

/// Takes the token away: QuickBooks can't sign in any more.
#[tauri::command]
#[specta::specta]
pub async fn revoke_token(desktop: State<'_, Desktop>) -> Answer<TokenView> {
    desktop.ask(api::revoke_token).await
}

/// How QuickBooks is connected.
#[tauri::command]
#[specta::specta]
pub async fn quick_books_connection(desktop: State<'_, Desktop>) -> Answer<QuickBooksConnection> {
    desktop.ask(api::quickbooks_connection).await
}

/// Saves the .qwc file where she wants it; its path, or none if she changed her mind.
#[tauri::command]
#[specta::specta]
pub async fn save_connector_file(desktop: State<'_, Desktop>) -> Answer<Option<String>> {
    desktop.save("file_connector", "qwc", connector_file_to).await
}

/// What this computer knows of the Web Connector.
#[tauri::command]
#[specta::specta]
pub async fn connector(desktop: State<'_, Desktop>) -> Answer<ConnectorView> {
    desktop.ask(|_| Ok(api::connector())).await
}

/// Has the Web Connector open the .qwc file.
#[tauri::command]
#[specta::specta]
pub async fn open_connector_file(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.ask(api::open_connector_file).await
}

/// What each category of the shop belongs to in QuickBooks.
#[tauri::command]
#[specta::specta]
pub async fn categories(desktop: State<'_, Desktop>) -> Answer<Vec<CategoryView>> {
    desktop.ask(|host| api::categories(host.store())).await
}

/// The chart of accounts.
#[tauri::command]
#[specta::specta]
pub async fn chart(desktop: State<'_, Desktop>) -> Answer<Vec<AccountView>> {
    desktop.ask(|host| api::chart(host.store())).await
}

/// Chooses what a category belongs to.
#[tauri::command]
#[specta::specta]
pub async fn choose_account(desktop: State<'_, Desktop>, key: String, full_name: String) -> Answer<Vec<CategoryView>> {
    desktop.choose(move |store, now| api::choose_account(store, &key, &full_name, now)).await
}

/// What such a choice would do.
#[tauri::command]
#[specta::specta]
pub async fn choose_account_preview(
    desktop: State<'_, Desktop>,
    key: String,
    full_name: String,
) -> Answer<ChoicePreview> {
    desktop.ask(move |host| api::choose_account_preview(host.store(), &key, &full_name)).await
}

/// Has the account made that is proposed for a category.
#[tauri::command]
#[specta::specta]
pub async fn create_account(desktop: State<'_, Desktop>, key: String) -> Answer<Vec<CategoryView>> {
    desktop.choose(move |store, now| api::create_account(store, &key, now).map(drop)).await
}

/// Chooses every proposal for a category that has nothing usable chosen.
#[tauri::command]
#[specta::specta]
pub async fn accept_proposals(desktop: State<'_, Desktop>) -> Answer<Vec<CategoryView>> {
    desktop.choose(api::accept_proposals).await
}

/// The versions of the mapping.
#[tauri::command]
#[specta::specta]
pub async fn mapping_history(desktop: State<'_, Desktop>) -> Answer<Vec<MappingVersionView>> {
    desktop.ask(|host| api::mapping_history(host.store())).await
}

/// How much room QuickBooks' lists have; none while QuickBooks has not told.
#[tauri::command]
#[specta::specta]
pub async fn ceilings(desktop: State<'_, Desktop>) -> Answer<Option<CeilingsView>> {
    desktop.ask(|host| Ok(api::ceilings(host.store(), host.now())?)).await
}

/// The modes, those from the beginning first.
#[tauri::command]
#[specta::specta]
pub async fn modes(desktop: State<'_, Desktop>) -> Answer<Vec<ModesView>> {
    desktop.ask(|host| api::modes(host.store())).await
}

/// Before the start: has these modes hold from the beginning.
#[tauri::command]
#[specta::specta]
pub async fn choose_modes(desktop: State<'_, Desktop>, modes: ChosenModes) -> Answer<Vec<ModesView>> {
    desktop.ask(move |host| host.change(|store, now| api::choose_modes(store, modes, now).and(api::modes(store)))).await
}

/// What these modes would do from a day on.
#[tauri::command]
#[specta::specta]
pub async fn modes_preview(desktop: State<'_, Desktop>, from: String, modes: ChosenModes) -> Answer<ModesPreview> {
    desktop.ask(move |host| api::modes_preview(host.store(), modes.from_day(api::day(&from)?), host.now())).await
}

/// After the start: has these modes hold from a day on that has not begun.
#[tauri::command]
#[specta::specta]
pub async fn change_modes(desktop: State<'_, Desktop>, from: String, modes: ChosenModes) -> Answer<Vec<ModesView>> {
    desktop.change_modes(from, modes).await
}

/// Where purchases come from.
#[tauri::command]
#[specta::specta]
pub async fn purchasing(desktop: State<'_, Desktop>) -> Answer<Purchasing> {
    desktop.ask(api::purchasing).await
}

/// Chooses where purchases come from.
#[tauri::command]
#[specta::specta]
pub async fn choose_purchasing(desktop: State<'_, Desktop>, choice: PurchasingChoice) -> Answer<Purchasing> {
    api::choose_purchasing(desktop.host(), &choice).await
}

/// Has an archive of Stocky's picked, a file or a folder; none if she changed her mind.
#[tauri::command]
#[specta::specta]
pub async fn pick_archive(desktop: State<'_, Desktop>, folder: bool) -> Answer<Option<String>> {
    desktop.pick(if folder { Picked::Folder } else { Picked::File }).await
}

/// What is decided about the start.
#[tauri::command]
#[specta::specta]
pub async fn plan(desktop: State<'_, Desktop>) -> Answer<PlanView> {
    desktop.ask(api::plan).await
}

/// Decides about the start.
#[tauri::command]
#[specta::specta]
pub async fn choose_plan(desktop: State<'_, Desktop>, start_date: String, opening_stock: bool) -> Answer<PlanView> {
    api::choose_plan(desktop.host(), api::day(&start_date)?, opening_stock).await
}

/// What a start would do.
#[tauri::command]
#[specta::specta]
pub async fn start_preview(desktop: State<'_, Desktop>) -> Answer<StartPreview> {
    desktop.ask(api::start_preview).await
}

/// Starts the integration, which can be done once; `typed` is the confirmation word of the preview.
#[tauri::command]
#[specta::specta]
pub async fn start(desktop: State<'_, Desktop>, typed: String) -> Answer<IntegrationView> {
    desktop.ask(move |host| api::start(host, &typed)).await
}

/// How far the initial integration is.
#[tauri::command]
#[specta::specta]
pub async fn integration(desktop: State<'_, Desktop>) -> Answer<IntegrationView> {
    desktop.ask(|host| api::integration(host.store(), host.now())).await
}

/// A page of the runs, the newest first.
#[tauri::command]
#[specta::specta]
pub async fn runs(desktop: State<'_, Desktop>, offset: u32, limit: u32) -> Answer<RunsPage> {
    desktop.ask(move |host| history::runs(host.store(), offset, limit)).await
}

/// A page of the entries that a query finds, the latest made first.
#[tauri::command]
#[specta::specta]
pub async fn entries(desktop: State<'_, Desktop>, query: EntryQuery, offset: u32, limit: u32) -> Answer<EntriesPage> {
    desktop.ask(move |host| history::entries(host.store(), &query, offset, limit)).await
}

/// A page of the parts that a day's entry brings into QuickBooks, the latest made first.
#[tauri::command]
#[specta::specta]
pub async fn entry_members(desktop: State<'_, Desktop>, key: String, offset: u32, limit: u32) -> Answer<EntriesPage> {
    desktop.ask(move |host| history::members(host.store(), &EntryKey::stored(key), offset, limit)).await
}

/// One entry with everything that is known of it.
#[tauri::command]
#[specta::specta]
pub async fn entry(desktop: State<'_, Desktop>, key: String) -> Answer<Option<EntryPage>> {
    desktop.ask(move |host| history::entry(host.store(), &EntryKey::stored(key))).await
}

/// A page of the documents that a query finds, the latest changed first.
#[tauri::command]
#[specta::specta]
pub async fn documents(
    desktop: State<'_, Desktop>,
    query: DocumentQuery,
    offset: u32,
    limit: u32,
) -> Answer<DocumentsPage> {
    desktop.ask(move |host| history::documents(host.store(), &query, offset, limit)).await
}

/// One document with its versions and its entries.
#[tauri::command]
#[specta::specta]
pub async fn document(desktop: State<'_, Desktop>, id: String) -> Answer<Option<DocumentPage>> {
    desktop.ask(move |host| history::document(host.store(), &DocumentId::new(id))).await
}

/// Tries an entry again that QuickBooks refused, or that was undone.
#[tauri::command]
#[specta::specta]
pub async fn retry(desktop: State<'_, Desktop>, key: String) -> Answer<()> {
    desktop.ask(move |host| host.change(|store, now| api::retry(store, &EntryKey::stored(key), now))).await
}

/// Frees a held entry.
#[tauri::command]
#[specta::specta]
pub async fn release(desktop: State<'_, Desktop>, key: String) -> Answer<()> {
    desktop.ask(move |host| host.change(|store, now| api::release(store, &EntryKey::stored(key), now))).await
}

/// What undoing would do.
#[tauri::command]
#[specta::specta]
pub async fn undo_preview(
    desktop: State<'_, Desktop>,
    what: UndoSelection,
    removal: ChosenRemoval,
) -> Answer<UndoPreview> {
    desktop.ask(move |host| history::undo_preview(host.store(), &what, removal.into())).await
}

/// Plans what undoes a selection; the next session carries it out. None when nothing of it is in QuickBooks.
#[tauri::command]
#[specta::specta]
pub async fn undo(
    desktop: State<'_, Desktop>,
    what: UndoSelection,
    removal: ChosenRemoval,
) -> Answer<Option<UndoPlanned>> {
    desktop.ask(move |host| host.change(|store, now| history::undo(store, &what, removal.into(), now))).await
}

/// Exports the entries that a query finds; the file's path, or none if she changed her mind.
#[tauri::command]
#[specta::specta]
pub async fn export_entries(
    desktop: State<'_, Desktop>,
    query: EntryQuery,
    format: ExportFormat,
) -> Answer<Option<String>> {
    let write =
        exported(desktop.exports(), format, move |store, how, to| export::export_entries(store, &query, how, to));
    desktop.save("file_entries", ending(format), write).await
}

/// Exports the tie-out of the days from `from` to `to`; the file's path, or none if she changed her mind.
#[tauri::command]
#[specta::specta]
pub async fn export_tie_out(
    desktop: State<'_, Desktop>,
    from: String,
    to: String,
    format: ExportFormat,
) -> Answer<Option<String>> {
    let days = (api::day(&from)?, api::day(&to)?);
    let write = exported(desktop.exports(), format, move |store, how, to| export::export_tie_out(store, days, how, to));
    desktop.save("file_tie_out", ending(format), write).await
}

/// Stops the export that is being written; there is no file of it then.
#[tauri::command]
#[specta::specta]
pub async fn stop_export(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.exports().stop();
    Ok(())
}

/// What needs attention, by cause.
#[tauri::command]
#[specta::specta]
pub async fn attention(desktop: State<'_, Desktop>) -> Answer<Vec<AttentionGroup>> {
    desktop.ask(api::attention).await
}

/// A page of the entries of one cause.
#[tauri::command]
#[specta::specta]
pub async fn attention_entries(
    desktop: State<'_, Desktop>,
    group: String,
    offset: u32,
    limit: u32,
) -> Answer<EntriesPage> {
    desktop.ask(move |host| api::attention_entries(host.store(), &group, offset, limit)).await
}

/// Frees every held entry of one cause; how many.
#[tauri::command]
#[specta::specta]
pub async fn release_group(desktop: State<'_, Desktop>, group: String) -> Answer<u32> {
    desktop.ask(move |host| host.change(|store, now| api::release_group(store, &group, now))).await
}

/// Has every refused entry of one cause tried again; how many.
#[tauri::command]
#[specta::specta]
pub async fn retry_group(desktop: State<'_, Desktop>, group: String) -> Answer<u32> {
    desktop.ask(move |host| host.change(|store, now| api::retry_group(store, &group, now))).await
}

/// What somebody prefers.
#[tauri::command]
#[specta::specta]
pub async fn preferences(desktop: State<'_, Desktop>) -> Answer<Preferences> {
    desktop.preferences().await
}

/// Changes what somebody prefers.
#[tauri::command]
#[specta::specta]
pub async fn set_preferences(desktop: State<'_, Desktop>, preferences: PreferencesForm) -> Answer<Preferences> {
    desktop.set_preferences(preferences).await
}

/// What the bundle for support would hold, word for word.
#[tauri::command]
#[specta::specta]
pub async fn diagnostics(desktop: State<'_, Desktop>) -> Answer<Vec<BundleFile>> {
    desktop.ask(|host| support::diagnostics(host.store(), &Desktop::logs(host), host.now())).await
}

/// Saves the bundle for support; its path, or none if she changed her mind.
#[tauri::command]
#[specta::specta]
pub async fn save_diagnostics(desktop: State<'_, Desktop>) -> Answer<Option<String>> {
    desktop.save("file_diagnostics", "zip", Desktop::bundle_to).await
}

/// The backups of the program's data, the latest first.
#[tauri::command]
#[specta::specta]
pub async fn backups(desktop: State<'_, Desktop>) -> Answer<Vec<BackupView>> {
    desktop.ask(|host| api::backups(host.store())).await
}

/// Makes a backup of the program's data.
#[tauri::command]
#[specta::specta]
pub async fn back_up_now(desktop: State<'_, Desktop>) -> Answer<Vec<BackupView>> {
    desktop.ask(|host| api::back_up_now(host.store(), host.now())).await
}

/// What support needs to make a code that opens the integration again.
#[tauri::command]
#[specta::specta]
pub async fn reset_request(desktop: State<'_, Desktop>) -> Answer<ResetRequest> {
    desktop.ask(|host| api::reset_request(host.store())).await
}

/// Opens the integration again with a code of support; what to tell.
#[tauri::command]
#[specta::specta]
pub async fn reset(desktop: State<'_, Desktop>, code: String) -> Answer<Message> {
    desktop.ask(move |host| host.change(|store, now| api::reset(store, &code, now))).await
}

/// Opens a folder of the program in the system's own way.
#[tauri::command]
#[specta::specta]
pub async fn open_folder(desktop: State<'_, Desktop>, which: Folder) -> Answer<()> {
    desktop.open(which).await
}

/// Shows a file in its folder; only one that was saved since the program was started.
#[tauri::command]
#[specta::specta]
pub async fn reveal_file(desktop: State<'_, Desktop>, path: String) -> Answer<()> {
    desktop.reveal(path).await
}

/// How updates of the program stand.
#[tauri::command]
#[specta::specta]
pub async fn update_state(desktop: State<'_, Desktop>) -> Answer<UpdateView> {
    Ok(desktop.updates().view())
}

/// Has updates looked for at once; how it goes on is told by events.
#[tauri::command]
#[specta::specta]
pub async fn check_for_update(desktop: State<'_, Desktop>) -> Answer<UpdateView> {
    Ok(desktop.updates().check_now())
}

/// Has the update installed at the next quiet moment.
#[tauri::command]
#[specta::specta]
pub async fn install_update(desktop: State<'_, Desktop>) -> Answer<UpdateView> {
    Ok(desktop.updates().install_now())
}

/// Has the update wait for a day.
#[tauri::command]
#[specta::specta]
pub async fn postpone_update(desktop: State<'_, Desktop>) -> Answer<UpdateView> {
    Ok(desktop.updates().postpone())
}

/// Chooses which releases are looked for.
#[tauri::command]
#[specta::specta]
pub async fn choose_channel(desktop: State<'_, Desktop>, channel: UpdateChannel) -> Answer<UpdateView> {
    desktop.choose_channel(channel).await
}

/// What there is to say about the program.
#[tauri::command]
#[specta::specta]
pub async fn about(desktop: State<'_, Desktop>) -> Answer<About> {
    desktop.ask(|host| Ok(api::about(host))).await
}

const fn ending(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Pdf => "pdf",
    }
}
