/** The style of the page of the API, in the page itself. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--line:#ddd;--soft:#f5f5f3;--dim:#666;--link:#0b57d0}
@media(prefers-color-scheme:dark){:root{--line:#3a3a3a;--soft:#242424;--dim:#a0a0a0;--link:#8ab4f8}}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
code{font:.85em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
td code,p code{background:var(--soft);border-radius:3px;padding:.1em .3em}
a{color:var(--link)}small{font-weight:normal;color:var(--dim)}
nav{position:sticky;top:0;background:Canvas;border-bottom:1px solid var(--line);padding:.6rem 0;z-index:1}
nav a{margin-right:.8rem;text-decoration:none}
h2,h3{scroll-margin-top:4rem}h2{margin-top:2.5rem}
details{border-top:1px solid var(--line);padding:.4rem 0}details[open]{padding-bottom:1rem}
summary{cursor:pointer}summary span{color:var(--dim);margin-left:.4rem}
summary em{float:right;font-style:normal;font-size:.8em;color:var(--dim)}
summary b{display:inline-block;width:4.2em;font:bold .75em/1.4 ui-monospace,monospace}
.get{color:#1a7f37}.post{color:#9a6700}.put,.patch{color:#0969da}.delete{color:#cf222e}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92em}
th{text-align:left;font-weight:normal;color:var(--dim)}
th,td{border-bottom:1px solid var(--line);padding:.3rem .8rem .3rem 0;vertical-align:top}
td:first-child{white-space:nowrap}`;
