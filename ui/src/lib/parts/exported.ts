import { commands } from "../backend";
import { m } from "../paraglide/messages";
import { toast } from "../ui/toasts.svelte";
import { wordsOfError } from "../words";

/** Says where a file was written, and offers to show it there. Null: she changed her mind. */
export function exported(path: string | null): void {
  if (path === null) return;
  toast(m.common_written({ path }), "good", {
    label: m.common_show_in_folder(),
    run: () => {
      commands.revealFile(path).catch((error: unknown) => {
        toast(wordsOfError(error), "bad");
      });
    },
  });
}
