/** The funnel: a row a condition, in order, and what each leaves. */
class Funnel {
    constructor(app, node) {
        this.app = app;
        this.body = element('tbody');
        node.append(
            element('caption', { class: 'aside' }, 'How the clips dwindle, condition by condition'),
            element(
                'thead',
                {},
                element('tr', {}, ...['condition', 'left', '', 'time', 'fail it alone', 'unknown', ''].map((h) => element('th', { scope: 'col' }, h))),
            ),
            this.body,
        );
    }

    show(query) {
        const focused = document.activeElement?.closest?.('.funnel [data-key]')?.dataset.key;
        const all = Math.max(1, query.steps[0].clips);
        this.body.replaceChildren(
            ...query.steps.map((step) =>
                element(
                    'tr',
                    { 'data-condition': step.condition, 'data-clips': step.clips, 'data-failing': step.failing, 'data-unknown': step.unknown },
                    this.condition(step),
                    element('td', { class: 'number' }, step.clips.toLocaleString('en')),
                    element('td', { class: 'share' }, this.bar(step.clips / all)),
                    element('td', { class: 'number' }, duration(step.seconds)),
                    element('td', { class: 'number' }, step.failing ? step.failing.toLocaleString('en') : '–'),
                    element('td', { class: 'number' }, step.unknown ? step.unknown.toLocaleString('en') : '–'),
                    element('td', { class: 'actions' }, ...(step.threshold ? this.actions(step.threshold) : [])),
                ),
            ),
        );
        if (focused) {
            this.body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
        }
    }

    condition(step) {
        const bound = step.threshold?.percentile ? element('small', {}, ` (${step.threshold.per ? 'mean ' : ''}${shown(step.bound)})`) : '';
        return element('th', { scope: 'row' }, step.condition, bound);
    }

    bar(share) {
        const bar = svg('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
        bar.append(svg('rect', { width: 100 * share, height: 8 }));
        return element('span', {}, bar, `${(100 * share).toFixed(1)}%`);
    }

    actions(threshold) {
        const key = (what) => `${what} ${threshold.column} ${threshold.operator}`;
        const button = (what, sign, title, onclick) =>
            element('button', { type: 'button', 'data-key': key(what), title, 'aria-label': `${title}: ${threshold}`, onclick }, sign);
        const all = [];
        if (threshold.percentile) {
            const choose = element(
                'select',
                { 'data-key': key('per'), 'aria-label': `percentile among, ${threshold.column}`, onchange: (e) => this.app.replace(threshold, { per: e.target.value }) },
                ...[['', 'of all'], ['source', 'per source'], ['bucket', 'per bucket']].map(([value, text]) =>
                    element('option', { value, selected: value === threshold.per }, text)),
            );
            all.push(choose);
        }
        all.push(
            button('up', '↑', 'earlier', () => this.app.shift(threshold, -1)),
            button('down', '↓', 'later', () => this.app.shift(threshold, 1)),
            button('remove', '×', 'remove', () => this.app.remove(threshold)),
        );
        return all;
    }
}
