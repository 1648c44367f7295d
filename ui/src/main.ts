import "./app.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { tauriBackend } from "./lib/backend";
import { getLocale } from "./lib/paraglide/runtime";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no element with the id app");

document.documentElement.lang = getLocale();
mount(App, { target, props: { backend: tauriBackend } });
