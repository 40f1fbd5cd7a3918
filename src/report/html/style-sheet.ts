/** The look of the page: system fonts, both colour schemes, nothing loaded from anywhere. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1c2330;--soft:#5b6678;--line:#e1e5eb;--hover:#f0f3f7;--link:#0b5cad;
--add:#116329;--add-bg:#d8f3df;--update:#7a4d00;--update-bg:#ffedc2;--remove:#a40e26;--remove-bg:#ffdcd9;
--restore:#0a5a70;--restore-bg:#cfeef6;--blocked:#6b21a8;--blocked-bg:#eddcff;--unreadable:#9a3412;--unreadable-bg:#ffe1cc;
--keep:#5b6678;--keep-bg:transparent;--mono:ui-monospace,SFMono-Regular,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--bg:#0e1116;--card:#171b22;--ink:#e6eaf0;--soft:#98a3b3;--line:#2a313c;--hover:#1e242d;--link:#79b8ff;
--add:#7ee2a0;--add-bg:#12371f;--update:#f5c869;--update-bg:#3d2c07;--remove:#ff9d95;--remove-bg:#4a1518;
--restore:#7fd8ee;--restore-bg:#0b3642;--blocked:#d5b0ff;--blocked-bg:#35195a;--unreadable:#ffb184;--unreadable-bg:#47210c;--keep:#8f9bac}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.6rem;line-height:1.25;margin:.15rem 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:2.2rem 0 .75rem}
h2 small{font-weight:400;color:var(--soft);font-size:.9rem}
p{margin:.2rem 0}
a{color:var(--link)}
code,strong{font-family:var(--mono);font-size:.92em;overflow-wrap:anywhere}
i{font-style:normal}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
.eyebrow{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;color:var(--soft);font-size:.85rem}
.meta{color:var(--soft);font-size:.85rem}
.pill{display:inline-block;white-space:nowrap;padding:.05rem .55rem;border-radius:999px;font-size:.82rem;font-weight:600}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.add{color:var(--add);background:var(--add-bg)}.update{color:var(--update);background:var(--update-bg)}
.remove{color:var(--remove);background:var(--remove-bg)}.restore{color:var(--restore);background:var(--restore-bg)}
.blocked{color:var(--blocked);background:var(--blocked-bg)}.unreadable{color:var(--unreadable);background:var(--unreadable-bg)}
.keep{color:var(--keep);background:var(--keep-bg)}
.counts{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.6rem,1fr));gap:.6rem;list-style:none;padding:0;margin:1.1rem 0 0}
.counts button{all:unset;box-sizing:border-box;display:flex;width:100%;gap:.6rem;align-items:center;padding:.55rem .7rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.counts button:enabled{cursor:pointer}.counts button:enabled:hover{background:var(--hover)}
.counts button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.counts button[aria-pressed=true]{border-color:var(--link);box-shadow:inset 0 0 0 1px var(--link)}
.counts b{display:block;font-size:1.2rem;line-height:1.1;font-variant-numeric:tabular-nums}
.counts small{font-size:.7rem;font-weight:400}
.counts .none b,.counts .none span{opacity:.5}
.badge{flex:none;display:inline-grid;place-items:center;width:1.7rem;height:1.7rem;border-radius:8px;font:700 1rem/1 var(--mono)}
.badge.keep{background:var(--hover)}
.findings{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.finding{display:flex;gap:.85rem;padding:.75rem 1rem;color:inherit;background:none;border-left:4px solid currentColor}
.finding>div{color:var(--ink);min-width:0;flex:1}
.finding+.finding{box-shadow:inset 0 1px var(--line)}
.finding.remove{border-color:var(--remove)}.finding.blocked{border-color:var(--blocked)}.finding.unreadable{border-color:var(--unreadable)}
.finding.restore{border-color:var(--restore)}.finding.add{border-color:var(--add)}
.names{display:flex;flex-wrap:wrap;gap:.1rem .8rem}
.finding p{margin:.1rem 0;overflow-wrap:anywhere}
.remedy code{display:inline-block;padding:.2rem .55rem;border-radius:6px;background:var(--bg);border:1px solid var(--line);user-select:all}
.good{display:flex;gap:.85rem;align-items:center;padding:.9rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
.tools{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin-bottom:.7rem}
.tools[hidden]{display:none}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.4rem .7rem;width:24rem;max-width:100%}
.scroll{position:relative;overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.28rem .6rem;font-weight:400;vertical-align:middle}
.matrix thead th{vertical-align:bottom;font-size:.8rem;font-weight:600;color:var(--soft);border-bottom:1px solid var(--line);padding-block:.5rem}
.matrix th.p{text-align:center;min-width:4.2rem;max-width:8rem;font-family:var(--mono);overflow-wrap:anywhere;line-height:1.25}
.matrix .n{position:sticky;left:0;background:var(--card);z-index:1;min-width:8rem;font-family:var(--mono);font-size:.92em;overflow-wrap:anywhere}
.matrix tbody .n{padding-left:1.4rem}.matrix tbody .alone{padding-left:.6rem}
.matrix .g th{padding-top:.7rem;font:600 .92em/1.4 var(--mono);overflow-wrap:anywhere}
.matrix .g span{position:sticky;left:.6rem}
.matrix tbody tr:not(.g):hover>*{background:var(--hover)}
.matrix .s{white-space:nowrap;width:1%}
.matrix .c{text-align:center}
.matrix .c i,.legend i,.rows i{display:inline-grid;place-items:center;width:1.65rem;height:1.5rem;border-radius:6px;font:700 .95rem/1 var(--mono)}
.matrix .c i.wide{width:auto;padding:0 .7rem;font:600 .82rem/1 inherit;font-family:inherit}
.held .c i:not(.keep){outline:1px dashed var(--blocked);outline-offset:-1px;opacity:.85}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.7rem 0 0;color:var(--soft);font-size:.85rem}
.change{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:.45rem 0}
.change summary{display:flex;gap:.7rem;align-items:center;padding:.5rem .8rem;cursor:pointer;overflow-wrap:anywhere;list-style:none}
.change summary::-webkit-details-marker{display:none}
.change summary::after{content:"›";margin-left:auto;color:var(--soft);font-size:1.2rem;transition:transform .15s}
.change[open] summary::after{transform:rotate(90deg)}
.change summary>span{min-width:0}
.change:target{border-color:var(--link)}
.change .body{padding:.2rem .9rem .8rem;border-top:1px solid var(--line)}
.guards,.fields{margin:.6rem 0;padding-left:1.2rem}
.guards .blocked{background:none;font-weight:600}
.rows{font-size:.93em}.rows th{font-size:.8rem;color:var(--soft);font-weight:600}
.rows td{border-top:1px solid var(--line)}
.body .scroll{margin:.7rem 0;border-radius:8px}
.fields code.digest{font-size:.82em}
.notes{padding-left:1.2rem;overflow-wrap:anywhere}
footer{max-width:76rem;margin:2.5rem auto 0;padding:1rem 1.25rem 2rem;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
[data-hidden]{display:none}
@media (min-width:60rem){.matrix tbody .alone{min-width:19rem}}
@media (max-width:34rem){header{padding-top:1.2rem}main,header,footer{padding-inline:.8rem}h1{font-size:1.3rem}
.counts{grid-template-columns:repeat(2,minmax(0,1fr))}.counts button{padding:.45rem .5rem;gap:.45rem}.finding{padding:.65rem .75rem;gap:.65rem}
.matrix .n{min-width:6.5rem;max-width:9.5rem}.matrix tbody .n{padding-left:.5rem}th,td{padding-inline:.4rem}input{width:100%}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media print{.tools{display:none}.scroll{overflow:visible}.finding,.change{break-inside:avoid}}
`;
