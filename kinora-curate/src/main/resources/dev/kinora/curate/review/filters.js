const STEPS = 1000;
const BINS = 48;

/** One score: its histogram, and a slider and a field for each end of what is kept. */
class Filter {
    /** @param app whose thresholds are moved */
    constructor(app, column) {
        this.app = app;
        this.column = column;
        this.percentiles = false;
        this.counts = histogram(column, () => true);
        this.all = svg('path', { class: 'all' });
        this.left = svg('path', { class: 'left' });
        this.kept = svg('rect', { class: 'kept', y: 0, height: 100 });
        const picture = svg('svg', { viewBox: `0 0 ${BINS} 100`, preserveAspectRatio: 'none', role: 'img' });
        picture.setAttribute('aria-label', `${column.name}: ${shown(column.low)} to ${shown(column.high)}`);
        picture.append(this.kept, this.all, this.left);
        this.sliders = { min: this.slider('min', 'at least'), max: this.slider('max', 'at most') };
        this.fields = { min: this.field('min', 'at least'), max: this.field('max', 'at most') };
        this.mode = element('button', { type: 'button', class: 'mode', 'aria-pressed': 'false', title: 'sliders by percentile', onclick: () => this.toggleMode() }, '%');
        this.node = element(
            'section',
            { class: 'filter', 'data-column': column.name, 'aria-label': column.name },
            element('h4', { title: column.meaning }, shortName(column), ' ', element('small', {}, column.unit)),
            picture,
            element('div', { class: 'sliders' }, this.sliders.min, this.sliders.max),
            element('div', { class: 'fields' }, this.fields.min, this.mode, this.fields.max),
        );
        this.all.setAttribute('d', bars(this.counts, this.counts));
    }

    slider(end, words) {
        return element('input', {
            type: 'range', class: end, min: 0, max: STEPS, value: end === 'min' ? 0 : STEPS,
            'aria-label': `${this.column.name} ${words}`, disabled: !this.column.varies,
            oninput: (e) => this.slide(end, Number(e.target.value)),
        });
    }

    field(end, words) {
        return element('input', {
            type: 'text', class: end, inputmode: 'decimal', spellcheck: 'false', autocomplete: 'off',
            'aria-label': `${this.column.name} ${words}, a value or a percentile such as p25`,
            onchange: (e) => this.type(end, e.target.value.trim()),
        });
    }

    toggleMode() {
        this.percentiles = !this.percentiles;
        this.mode.setAttribute('aria-pressed', String(this.percentiles));
        this.show(this.app.thresholds);
    }

    /** The value at a slider's place, to about a thousandth of the range. */
    at(place) {
        if (this.percentiles) {
            return (100 * place) / STEPS;
        }
        const { low, high } = this.column;
        const digits = Math.min(15, Math.max(0, 1 - Math.floor(Math.log10((high - low) / STEPS))));
        return Number((low + ((high - low) * place) / STEPS).toFixed(digits));
    }

    place(threshold) {
        const { low, high, sorted } = this.column;
        if (this.percentiles) {
            return (STEPS / 100) * (threshold.percentile ? threshold.value : this.column.rank(threshold.value));
        }
        const value = threshold.percentile ? quantile(sorted, threshold.value / 100) : threshold.value;
        return (STEPS * (value - low)) / (high - low);
    }

    operator(end) {
        return end === 'min' ? '>=' : this.column.isTag ? '<' : '<=';
    }

    slide(end, place) {
        const off = end === 'min' ? place <= 0 : place >= STEPS;
        this.app.move(this.column.name, end === 'min', off ? null : new Threshold(this.column.name, this.operator(end), this.at(place), this.percentiles));
    }

    type(end, text) {
        const field = this.fields[end];
        try {
            const threshold = text ? Threshold.parse(`${this.column.name} ${this.operator(end)} ${text}`, this.app.table) : null;
            field.removeAttribute('aria-invalid');
            field.title = '';
            this.app.move(this.column.name, end === 'min', threshold);
        } catch (error) {
            field.setAttribute('aria-invalid', 'true');
            field.title = error.message;
        }
    }

    /** Puts sliders and fields where the thresholds are. */
    show(thresholds) {
        const mine = thresholds.filter((t) => t.column === this.column.name);
        const ends = { min: mine.find((t) => t.lower), max: mine.find((t) => !t.lower) };
        this.node.classList.toggle('active', mine.length > 0);
        const places = {};
        for (const [end, t] of Object.entries(ends)) {
            const at = t ? Math.min(STEPS, Math.max(0, this.place(t))) : end === 'min' ? 0 : STEPS;
            places[end] = this.column.varies ? at : end === 'min' ? 0 : STEPS;
            const slider = this.sliders[end];
            if (document.activeElement !== slider || Math.round(at) !== Number(slider.value)) {
                slider.value = Math.round(places[end]);
            }
            const field = this.fields[end];
            slider.setAttribute('aria-valuetext', t ? String(t) : 'off');
            field.placeholder = shown(end === 'min' ? this.column.low : this.column.high);
            if (document.activeElement !== field) {
                field.value = t ? `${t.percentile ? 'p' : ''}${t.value}` : '';
                field.removeAttribute('aria-invalid');
            }
        }
        const scale = (p) => (BINS * (this.percentiles ? this.position(quantile(this.column.sorted, p / STEPS)) : p / STEPS));
        this.kept.setAttribute('x', scale(places.min) || 0);
        this.kept.setAttribute('width', Math.max(0, scale(places.max) - scale(places.min)) || 0);
    }

    position(value) {
        return this.column.varies ? (value - this.column.low) / (this.column.high - this.column.low) : 0;
    }

    /** Redraws the share of clips that are left. */
    draw(passes) {
        this.left.setAttribute('d', bars(histogram(this.column, (i) => passes[i]), this.counts));
    }
}

/** All scores, by stage; a stage is built when it is opened. */
class Filters {
    constructor(app, node) {
        this.app = app;
        this.node = node;
        this.groups = [];
        this.filters = new Map();
        const byGroup = Map.groupBy([...app.table.columns.values()], (c) => c.group);
        for (const [name, columns] of byGroup) {
            this.group(name, columns);
        }
    }

    group(name, columns) {
        const count = element('span', { class: 'count' });
        const body = element('div', { class: 'group' });
        const details = element('details', { 'data-group': name }, element('summary', {}, name, ' ', count), body);
        const group = { columns, count, body, details, built: false };
        details.addEventListener('toggle', () => details.open && this.build(group));
        this.groups.push(group);
        this.node.append(details);
    }

    build(group) {
        if (group.built) {
            return;
        }
        group.built = true;
        for (const column of group.columns) {
            const filter = new Filter(this.app, column);
            this.filters.set(column.name, filter);
            group.body.append(filter.node);
        }
        this.show(this.app.thresholds);
        this.draw(this.app.query.passes);
    }

    open(names) {
        for (const group of this.groups) {
            if (names.includes(group.details.dataset.group)) {
                this.build(group);
                group.details.open = true;
            }
        }
    }

    show(thresholds) {
        for (const group of this.groups) {
            const used = thresholds.filter((t) => group.columns.some((c) => c.name === t.column)).length;
            group.count.textContent = used ? String(used) : '';
        }
        this.filters.forEach((f) => f.show(thresholds));
    }

    draw(passes) {
        this.groups.filter((g) => g.built && g.details.open).forEach((g) => g.columns.forEach((c) => this.filters.get(c.name).draw(passes)));
    }
}

/** A column's name without its stage's. */
function shortName(column) {
    const prefix = column.group + '_';
    return (column.name.startsWith(prefix) ? column.name.slice(prefix.length) : column.name).replaceAll('_', ' ');
}

function histogram(column, counts) {
    const bins = new Uint32Array(BINS);
    const scale = column.varies ? BINS / (column.high - column.low) : 0;
    column.values.forEach((v, i) => {
        if (!Number.isNaN(v) && counts(i)) {
            bins[Math.min(BINS - 1, Math.floor((v - column.low) * scale))]++;
        }
    });
    return bins;
}

/** Bars by the root of their counts, so that a few clips beside thousands can be seen. */
function bars(bins, all) {
    const most = Math.max(1, ...all);
    let path = '';
    bins.forEach((n, i) => {
        if (n) {
            path += `M${i + 0.08} 100V${(100 - 96 * Math.sqrt(n / most)).toFixed(1)}h.84V100z`;
        }
    });
    return path;
}

function svg(name, attributes) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
}
