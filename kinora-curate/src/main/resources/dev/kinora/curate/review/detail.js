/** All that is known of one clip, over the page. */
class Detail {
    constructor(app, node) {
        this.app = app;
        this.node = node;
        node.addEventListener('keydown', (e) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
            if (step) {
                e.preventDefault();
                this.show(app.clips.go(app.clips.current + step));
            } else if (e.key === ' ' && !e.target.closest('button, a, summary')) {
                e.preventDefault();
                this.player.playing ? this.player.stop() : this.player.play();
            }
        });
        node.addEventListener('click', (e) => e.target === node && node.close());
        node.addEventListener('close', () => {
            this.player?.stop();
            app.clips.node.focus({ preventScroll: true });
        });
    }

    show(i) {
        const { table, query } = this.app;
        this.player?.stop();
        this.player = new Sprite(table, i);
        this.player.node.addEventListener('pointermove', (e) => this.player.scrub(e));
        const reason = query.reason(i);
        this.node.replaceChildren(
            element(
                'div',
                { class: 'head' },
                element('h2', { id: 'detail-title' }, table.source(i).split('/').pop()),
                element('button', { type: 'button', class: 'close', 'aria-label': 'close', onclick: () => this.node.close() }, '×'),
            ),
            element('p', { class: reason ? 'verdict out' : 'verdict in' }, reason ? `Out: ${reason}` : 'Passes all conditions'),
            element('div', { class: 'pictures' }, this.player.node, this.sheet(i)),
            ...table.captions(i).map((c) => element('figure', { class: 'caption' }, element('figcaption', {}, c.name), c.text)),
            this.facts(i),
            this.scores(i),
        );
        if (!this.node.open) {
            this.node.showModal();
        }
        if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
            this.player.play();
        }
    }

    /** Every frame of the sprite with its time in the clip. */
    sheet(i) {
        const { table } = this.app;
        const frames = [];
        for (let k = 0; k < table.data.frames; k++) {
            const still = new Sprite(table, i);
            still.show(k);
            const at = ((k + 0.5) * table.seconds[i]) / table.data.frames;
            frames.push(element('figure', {}, still.node, element('figcaption', {}, `${at.toFixed(1)} s`)));
        }
        return element('div', { class: 'contact' }, ...frames);
    }

    facts(i) {
        const { table } = this.app;
        const rows = [
            ['clip', table.ids[i]],
            ['source', table.source(i)],
            ['in it', `${shown(table.value('start_seconds', i))} s, for ${shown(table.seconds[i])} s`],
            ['bucket', table.bucket(i)],
        ];
        for (const [name, texts] of Object.entries(table.data.facts)) {
            rows.push([name.replaceAll('_', ' '), texts.names[texts.of[i]]]);
        }
        const place = table.data.place;
        const path = place.path.names[place.path.of[i]];
        rows.push(['lies in', place.base === null ? path : element('a', { href: place.base + path.split('/').map(encodeURIComponent).join('/'), target: '_blank', rel: 'noopener' }, path)]);
        if (table.duplicateOf[i]) {
            rows.push(['looks like', table.duplicateOf[i]]);
        }
        return element('dl', { class: 'facts' }, ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
    }

    scores(i) {
        const { table } = this.app;
        const groups = Map.groupBy([...table.columns.values()], (c) => c.group);
        const tables = [];
        for (const [name, columns] of groups) {
            const rows = columns.map((c) =>
                element(
                    'tr',
                    { title: c.meaning },
                    element('th', { scope: 'row' }, c.name),
                    element('td', { class: 'number' }, shown(c.values[i])),
                    element('td', {}, c.unit),
                    element('td', { class: 'share' }, c.varies && !Number.isNaN(c.values[i]) ? this.rank(c, i) : ''),
                ),
            );
            tables.push(element('table', {}, element('caption', {}, name), element('tbody', {}, ...rows)));
        }
        return element('div', { class: 'scores' }, ...tables);
    }

    rank(column, i) {
        const rank = column.rank(column.values[i]);
        const bar = svg('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
        bar.append(svg('rect', { width: rank, height: 8 }));
        return element('span', { title: `${rank.toFixed(1)} of 100 clips lie below` }, bar, `p${rank.toFixed(0)}`);
    }
}

/** What became of each source. */
class Sources {
    constructor(app, node) {
        const files = app.table.data.files;
        const groups = Map.groupBy(files, (f) => [f.status, f.errorClass].filter(Boolean).join(': '));
        const lists = [...groups].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
        for (const [outcome, rows] of lists) {
            const body = element('tbody');
            const details = element(
                'details',
                { 'data-outcome': outcome, 'data-files': rows.length },
                element('summary', {}, element('span', { class: `dot ${rows[0].status}`, 'aria-hidden': 'true' }), outcome, element('span', { class: 'count' }, rows.length.toLocaleString('en'))),
                element('table', {}, element('thead', {}, element('tr', {}, ...['source', 'clips', 'seconds', 'message'].map((h) => element('th', { scope: 'col' }, h)))), body),
            );
            details.addEventListener('toggle', () => details.open && !body.rows.length && this.more(details, body, rows));
            node.append(details);
        }
    }

    /** A few hundred at a time. */
    more(details, body, rows) {
        const next = rows.slice(body.rows.length, body.rows.length + 200);
        body.append(
            ...next.map((f) =>
                element(
                    'tr',
                    {},
                    element('th', { scope: 'row' }, f.source),
                    element('td', { class: 'number' }, String(f.clips)),
                    element('td', { class: 'number' }, f.seconds === null ? '–' : shown(f.seconds)),
                    element('td', {}, f.message),
                ),
            ),
        );
        details.querySelector('button')?.remove();
        const left = rows.length - body.rows.length;
        if (left) {
            details.append(element('button', { type: 'button', onclick: () => this.more(details, body, rows) }, `show more of ${left.toLocaleString('en')}`));
        }
    }
}
