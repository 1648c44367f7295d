import "./gallery.css";

import { mount } from "svelte";

import type { Language, Theme } from "../../src/lib/backend";
import { useLanguage } from "../../src/lib/locale.svelte";
import { useTheme } from "../../src/lib/theme";
import Gallery from "./Gallery.svelte";

const wanted = new URLSearchParams(location.search);
useLanguage((wanted.get("language") ?? "en") as Language);
useTheme((wanted.get("theme") ?? "light") as Theme);

const target = document.getElementById("app");
if (target !== null) mount(Gallery, { target });
