// Opens a page in headless Chromium and says what is wrong with it: node check.mjs PAGE.html OUT [VIEW], with the
// browser's path in BROWSER.
//
// The page is opened from its file, wide and narrow, light and dark, and as it prints, or in one such view. Each line of
// stdout is something wrong; the exit code is then 1. Screenshots go to OUT: the first screen (top-*) and the whole page
// (page-*).

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const WIDTHS = { desk: [1280, 900], phone: [390, 844] };
const SCHEMES = ["light", "dark"];
// Taller pictures are cut here: Chromium cannot take them in one.
const TALLEST = 16000;

const [page_file, out, only] = process.argv.slice(2);
const wanted = (view) => !only || view === only;
const url = pathToFileURL(resolve(page_file)).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What is wrong, and the views it was seen in.
const wrong = new Map();

// A busy machine is slow, not broken.
const PATIENCE = 120_000;

const browser = await puppeteer.launch({
    timeout: PATIENCE,
    executablePath: process.env.BROWSER,
    // Containers have neither user namespaces nor much shared memory.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"],
    env: { ...process.env, HOME: resolve(out) },
});
try {
    for (const [device, [width, height]] of Object.entries(WIDTHS)) {
        for (const scheme of SCHEMES) {
            const view = `${device}-${scheme}`;
            if (wanted(view)) await look(view, { width, height, scheme, narrow: device === "phone" });
        }
    }
    if (wanted("print")) await print();
} finally {
    await browser.close();
}
for (const [line, views] of wrong) console.log(`${line} (${[...views].join(", ")})`);
process.exitCode = wrong.size > 0 ? 1 : 0;

function note(view, line) {
    if (!wrong.has(line)) wrong.set(line, new Set());
    wrong.get(line).add(view);
}

/** A fresh tab with the page in it; what it asks for and complains of is noted. */
async function open(name, { width, height, scheme, narrow }) {
    const tab = await browser.newPage();
    await tab.setViewport({ width, height, isMobile: narrow, hasTouch: narrow });
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    // The page forbids scripts; ours reach it all the same.
    await tab.setBypassCSP(true);
    tab.on("request", (request) => {
        if (request.url() !== url && !request.url().startsWith("data:")) {
            note(name, `asks for ${request.url()}`);
        }
    });
    tab.on("console", (message) => {
        if (["error", "warn"].includes(message.type())) note(name, `console: ${message.text()}`);
    });
    tab.on("pageerror", (error) => note(name, `${error}`));
    await tab.goto(url, { waitUntil: "load", timeout: PATIENCE });
    return tab;
}

async function look(name, view) {
    const tab = await open(name, view);
    await tab.screenshot({ path: join(out, `top-${name}.png`) });
    for (const line of await tab.evaluate(layout)) note(name, line);
    const tall = await tab.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width: view.width, height: Math.min(tall, TALLEST) };
    await tab.screenshot({ path: join(out, `page-${name}.png`), clip, captureBeyondViewport: true });
    // What is folded away must hold up too when it is opened.
    await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    for (const line of await tab.evaluate(layout)) note(name, line);
    await tab.evaluate(axe);
    for (const line of await tab.evaluate(accessible)) note(name, line);
    await tab.close();
}

/** On paper: light, nothing wider than the sheet, and a PDF comes out. */
async function print() {
    const name = "print";
    // The width of an A4 sheet between margins of 1 cm.
    const tab = await open(name, { width: 718, height: 1000, scheme: "dark", narrow: false });
    await tab.emulateMediaType("print");
    const ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    if (ground !== "rgb(255, 255, 255)") note(name, `the paper is ${ground}`);
    for (const line of await tab.evaluate(layout)) note(name, line);
    const margin = { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" };
    await tab.pdf({ path: join(out, "print.pdf"), format: "A4", margin, printBackground: true, timeout: PATIENCE });
    const clip = { x: 0, y: 0, width: 718, height: 4000 };
    await tab.screenshot({ path: join(out, "page-print.png"), clip, captureBeyondViewport: true });
    await tab.close();
}

/** Runs in the page: figures without a size, text outside its figure, and what is wider than the window. */
function layout() {
    const found = [];
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) {
        const edge = document.documentElement.clientWidth;
        const scrolls = (element) =>
            element && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
        const past = [...document.body.querySelectorAll("*")].filter(
            (element) => element.getBoundingClientRect().right > edge + 1 && !scrolls(element.parentElement),
        );
        const first = past.find((element) => element.matches("table, figure, pre, svg")) ?? past[0];
        found.push(`the page is ${wide} px wider than the window, from: ${first?.textContent.trim().slice(0, 80)}`);
    }
    const name = (element) => element.querySelector("title")?.textContent ?? element.outerHTML.slice(0, 80);
    for (const svg of document.querySelectorAll("svg")) {
        const box = svg.getBoundingClientRect();
        if (!(box.width > 40 && box.height > 20)) {
            found.push(`figure "${name(svg)}" is ${box.width} x ${box.height} px`);
            continue;
        }
        for (const text of svg.querySelectorAll("text")) {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            const out = Math.max(box.left - left, right - box.right, box.top - top, bottom - box.bottom);
            if (out > 1.5) found.push(`"${text.textContent}" is cut by ${out.toFixed(1)} px in figure "${name(svg)}"`);
        }
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const link of document.querySelectorAll("a[href^='#']")) {
        if (!ids.includes(link.getAttribute("href").slice(1))) found.push(`nothing at ${link.getAttribute("href")}`);
    }
    return found;
}

/** Runs in the page after axe: violations that keep somebody out. */
async function accessible() {
    const { violations } = await window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        resultTypes: ["violations"],
    });
    const grave = violations.filter(({ id, impact }) => ["serious", "critical"].includes(impact) || id === "heading-order");
    return grave.map(({ id, help, nodes: [first, ...more] }) => {
        const why = (first.failureSummary ?? "").replace(/\s+/g, " ").slice(0, 200);
        return `axe ${id}: ${help}: ${first.html.slice(0, 160)} ${why}${more.length ? ` and ${more.length} more` : ""}`;
    });
}
