import Archive from "@lucide/svelte/icons/archive";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import Download from "@lucide/svelte/icons/download";
import Info from "@lucide/svelte/icons/info";
import Layers from "@lucide/svelte/icons/layers";
import Plug from "@lucide/svelte/icons/plug";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Waypoints from "@lucide/svelte/icons/waypoints";

import { m } from "$lib/paraglide/messages";
import type { Icon } from "$lib/ui/Icon";

export const SECTIONS = [
  "general",
  "connections",
  "mapping",
  "modes",
  "backups",
  "updates",
  "support",
  "reset",
  "about",
] as const;
export type SectionName = (typeof SECTIONS)[number];

export const sections: Record<SectionName, { name: () => string; text: () => string; icon: Icon }> = {
  general: { name: m.settings_general, text: m.settings_general_text, icon: SlidersHorizontal },
  connections: { name: m.settings_connections, text: m.settings_connections_text, icon: Plug },
  mapping: { name: m.settings_mapping, text: m.settings_mapping_text, icon: Waypoints },
  modes: { name: m.settings_modes, text: m.settings_modes_text, icon: Layers },
  backups: { name: m.settings_backups, text: m.settings_backups_text, icon: Archive },
  updates: { name: m.settings_updates, text: m.settings_updates_text, icon: Download },
  support: { name: m.settings_support, text: m.settings_support_text, icon: CircleHelp },
  reset: { name: m.settings_reset, text: m.settings_reset_text, icon: RotateCcw },
  about: { name: m.settings_about, text: m.settings_about_text, icon: Info },
};
