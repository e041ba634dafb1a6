/// The look of a report: light and dark, from 320 pixels up.
enum ReportStyle {
    static var css: String {
        """
        :root {
          color-scheme: light dark;
          --paper: #fff; --ink: #1c1e21; --soft: #565b63; --rule: #d5d8dd; --panel: #f5f6f8;
          --link: #0057a8; --good: #00664a; --bad: #a8330a;
        \(variables(LatencyPlotStyle.lightColours))
        }
        @media (prefers-color-scheme: dark) { :root {
          --paper: #16181c; --ink: #e8e8e8; --soft: #a9afb8; --rule: #3a3f47; --panel: #1f2228;
          --link: #7cc0ff; --good: #4fd6ab; --bad: #ff9a5c;
        \(variables(LatencyPlotStyle.darkColours))
        } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 72rem; padding: 0 0.9rem 2rem; background: var(--paper);
          color: var(--ink); font: 1rem/1.5 system-ui, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
          overflow-wrap: anywhere; }
        h1, h2, h3 { line-height: 1.25; }
        h1 { font-size: 1.6rem; margin: 1rem 0 0.25rem; }
        h2 { font-size: 1.25rem; margin: 2.2rem 0 0.6rem; border-top: 1px solid var(--rule);
          padding-top: 1rem; }
        h3 { font-size: 1rem; margin: 1rem 0 0.4rem; }
        p { max-width: 44rem; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .lead { font-size: 1.05rem; }
        .note, footer { color: var(--soft); }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { left: 0.5rem; top: 0.5rem; background: var(--paper); padding: 0.5rem; z-index: 2; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        nav ul { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; padding: 0; margin: 0.6rem 0;
          list-style: none; }
        nav a { display: inline-block; padding: 0.2rem 0; }
        .scroll { overflow-x: auto; margin: 0.6rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
        table { min-width: min(100%, 30rem); }
        caption { text-align: left; color: var(--soft); padding-bottom: 0.4rem;
          max-width: min(44rem, 100vw - 1.8rem); }
        @media (max-width: 34rem) { #success :is(th, td):nth-child(4) { display: none; } }
        th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.7rem 0.3rem 0;
          border-bottom: 1px solid var(--rule); unicode-bidi: isolate; min-width: 3.2rem;
          overflow-wrap: break-word; }
        tbody th { font-weight: 500; }
        .n { text-align: right; white-space: nowrap; }
        .bar { display: inline-block; width: 6rem; height: 0.7rem; vertical-align: baseline; }
        code, pre { font: 0.85rem/1.45 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
        pre { background: var(--panel); padding: 0.6rem; margin: 0.3rem 0; white-space: pre;
          overflow-x: auto; unicode-bidi: isolate; }
        button { font: inherit; font-size: 0.85rem; padding: 0.3rem 0.7rem; min-height: 2rem;
          color: var(--ink); background: var(--panel); border: 1px solid var(--soft); border-radius: 4px; }
        details { margin: 0.4rem 0; }
        summary { cursor: pointer; padding: 0.25rem 0; }
        .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
          gap: 1.2rem 1.5rem; align-items: start; }
        figure { margin: 0; }
        figcaption { color: var(--soft); font-size: 0.92rem; margin: 0.2rem 0 0.5rem;
          unicode-bidi: isolate; }
        figcaption strong { color: var(--ink); }
        .strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 4px;
          list-style: none; padding: 0; margin: 0; }
        .strip li { font-size: 0.8rem; color: var(--soft); }
        .strip img, video { width: 100%; height: auto; display: block; background: var(--panel); }
        .failures { display: grid; gap: 1.6rem; }
        .panels > *, .failures > * { min-width: 0; }
        .panels :is(th, td) { padding-right: 0.4rem; min-width: 0; }
        .good { color: var(--good); } .bad { color: var(--bad); }
        .key { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; padding: 0;
          margin: 0.2rem 0; font-size: 0.88rem; }
        .key svg { display: inline-block; width: 2rem; height: 0.9rem; vertical-align: middle; margin-right: 0.3rem; }
        figure > svg { max-width: 100%; height: auto; display: block; }
        svg text { font: 11px system-ui, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
          fill: var(--ink); }
        svg .soft { fill: var(--soft); }
        svg .grid { stroke: var(--rule); stroke-width: 1; }
        svg .axis { stroke: var(--soft); stroke-width: 1; }
        svg .limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 5 3; fill: none; }
        svg .overrun { fill: var(--bad); }
        svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        svg .whisker { stroke-width: 1.25; }
        svg .range { fill: var(--rule); }
        svg .rate { fill: var(--ink); }
        \(colourRules)
        @media print { .copy, nav, .skip { display: none; } details > * { display: block; } }
        """
    }

    private static func variables(_ colours: [String]) -> String {
        colours.enumerated().map { "  --s\($0.offset): \($0.element);" }.joined(separator: "\n")
    }

    private static var colourRules: String {
        (0..<LatencyPlotStyle.count).map { index in
            "svg .s\(index) { stroke: var(--s\(index)); } svg .dot.s\(index),"
                + " svg .fill.s\(index) { fill: var(--s\(index)); }"
                + " svg .fill.s\(index) { stroke: none; }"
        }
        .joined(separator: "\n")
    }
}
