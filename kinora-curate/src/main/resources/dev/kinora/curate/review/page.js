/** The page: what is asked, what is looked at, and everything that shows it. */
class App {
    constructor(data) {
        this.table = new Table(data);
        this.thresholds = [];
        this.keepUnknown = true;
        this.keepDuplicates = false;
        this.view = { show: 'passing', search: '', sort: 'table', descending: false, tags: new Map() };
        this.marked = null;
        this.query = new Query(this.table, [], true, false);
        this.at = (id) => document.getElementById(id);
        this.filters = new Filters(this, this.at('filters'));
        this.funnel = new Funnel(this, this.at('funnel'));
        this.clips = new Clips(this, this.at('clips'));
        this.detail = new Detail(this, this.at('detail'));
        this.sources = new Sources(this, this.at('files'));
        this.wire();
        this.read(location.hash);
        window.addEventListener('hashchange', () => location.hash.slice(1) !== this.written && this.read(location.hash));
    }

    wire() {
        const { table } = this;
        this.at('title').textContent = table.data.dataset;
        this.at('size').textContent = `${table.size.toLocaleString('en')} clips, ${duration(this.query.steps[0].seconds)}, of ${table.data.files.length.toLocaleString('en')} files`;
        const on = (id, event, what) => this.at(id).addEventListener(event, what);
        on('search', 'input', (e) => this.look({ search: e.target.value }));
        on('show', 'change', (e) => this.look({ show: e.target.value }));
        on('sort', 'change', (e) => this.look({ sort: e.target.value }));
        on('descending', 'click', () => this.look({ descending: !this.view.descending }));
        on('unknown', 'change', (e) => this.ask(() => (this.keepUnknown = !e.target.checked)));
        on('duplicates', 'change', (e) => this.ask(() => (this.keepDuplicates = e.target.checked)));
        on('reset', 'click', () => this.ask(() => (this.thresholds = [])));
        on('mark', 'click', () => this.mark());
        on('copy', 'click', () => this.copy());
        on('skip', 'click', (e) => {
            e.preventDefault();
            this.at('clips').focus();
        });
        on('theme', 'click', () => this.theme());
        on('add', 'submit', (e) => this.add(e));
        for (const name of ['clips', 'files']) {
            on(`tab-${name}`, 'click', () => this.tab(name));
        }
        this.at('sort').append(...[...table.columns.values()].map((c) => element('option', { value: c.name }, c.name)));
        this.at('columns').append(...[...table.columns.keys()].map((name) => element('option', { value: `${name} >= ` })));
        this.at('tags').append(...table.tags.map((t) => this.tagButton(t)));
        document.addEventListener('keydown', (e) => this.key(e));
        const theme = this.stored('theme');
        theme && (document.documentElement.dataset.theme = theme);
    }

    /** Any, with the tag, without it. */
    tagButton(column) {
        const tagged = column.values.reduce((n, v) => n + (v >= 0.5), 0);
        const button = element('button', { type: 'button', 'data-tag': column.name, 'aria-pressed': 'false', title: `${column.name}: any, only with, only without` });
        button.append(shortName(column), ' ', element('span', { class: 'count' }, tagged.toLocaleString('en')));
        button.addEventListener('click', () => {
            const tags = new Map(this.view.tags);
            const next = { undefined: 'with', with: 'without' }[tags.get(column.name)];
            next ? tags.set(column.name, next) : tags.delete(column.name);
            this.look({ tags });
        });
        return button;
    }

    /** Changes what is asked and shows what comes of it. */
    ask(change) {
        change();
        this.query = new Query(this.table, this.thresholds, this.keepUnknown, this.keepDuplicates);
        this.funnel.show(this.query);
        this.filters.show(this.thresholds);
        this.filters.draw(this.query.passes);
        this.at('unknown').checked = !this.keepUnknown;
        this.at('duplicates').checked = this.keepDuplicates;
        this.at('command').textContent = command(this.table.data.path, this.thresholds, this.keepUnknown, this.keepDuplicates);
        this.change();
        this.look({});
    }

    /** Puts a threshold in place of the one at that end of a column; null takes it away. */
    move(column, lower, threshold) {
        this.ask(() => {
            const at = this.thresholds.findIndex((t) => t.column === column && t.lower === lower);
            const old = this.thresholds[at];
            if (threshold && old && threshold.percentile && !threshold.per) {
                threshold.per = old.per;
            }
            this.thresholds = this.thresholds.filter((t, k) => k === at || t.column !== column || t.lower !== lower);
            if (at < 0) {
                threshold && this.thresholds.push(threshold);
            } else {
                this.thresholds.splice(at, 1, ...(threshold ? [threshold] : []));
            }
        });
    }

    replace(threshold, change) {
        this.ask(() => (this.thresholds = this.thresholds.map((t) => (t === threshold ? Object.assign(new Threshold(), t, change) : t))));
    }

    remove(threshold) {
        this.ask(() => (this.thresholds = this.thresholds.filter((t) => t !== threshold)));
    }

    shift(threshold, by) {
        const from = this.thresholds.indexOf(threshold);
        const to = from + by;
        if (to >= 0 && to < this.thresholds.length) {
            this.ask(() => this.thresholds.splice(to, 0, ...this.thresholds.splice(from, 1)));
        }
    }

    add(event) {
        event.preventDefault();
        const field = this.at('condition');
        try {
            const threshold = Threshold.parse(field.value, this.table);
            field.value = '';
            this.at('wrong').textContent = '';
            this.filters.open([this.table.columns.get(threshold.column).group]);
            this.move(threshold.column, threshold.lower, threshold);
        } catch (error) {
            this.at('wrong').textContent = error.message;
        }
    }

    /** Remembers what passes now, to tell later what comes and goes. */
    mark() {
        this.marked = this.marked ? null : this.query.passes;
        this.at('mark').setAttribute('aria-pressed', String(Boolean(this.marked)));
        for (const option of this.at('show').options) {
            option.disabled = !this.marked && ['come', 'go'].includes(option.value);
        }
        this.change();
        this.look(!this.marked && ['come', 'go'].includes(this.view.show) ? { show: 'passing' } : {});
    }

    change() {
        let come = 0;
        let go = 0;
        this.marked?.forEach((passed, i) => {
            come += !passed && this.query.passes[i];
            go += passed && !this.query.passes[i];
        });
        this.at('change').textContent = this.marked ? `since the mark ${come} come, ${go} go` : '';
    }

    shows(i) {
        const passes = this.query.passes[i];
        switch (this.view.show) {
            case 'passing':
                return passes;
            case 'failing':
                return !passes;
            case 'come':
                return passes && !this.marked?.[i];
            case 'go':
                return !passes && this.marked?.[i];
            default:
                return true;
        }
    }

    /** Changes which clips are looked at, and in which order; what is asked stays as it is. */
    look(change) {
        Object.assign(this.view, change);
        const { search, sort, descending, tags, show } = this.view;
        const words = search.toLowerCase().split(/\s+/).filter(Boolean);
        const wanted = [...tags].map(([name, how]) => [this.table.columns.get(name).values, how === 'with']);
        const order = [];
        for (let i = 0; i < this.table.size; i++) {
            if (this.shows(i) && wanted.every(([values, has]) => values[i] >= 0.5 === has) && words.every((w) => this.table.text(i).includes(w))) {
                order.push(i);
            }
        }
        this.sort(order, sort, descending ? -1 : 1);
        this.at('search').value = search;
        this.at('show').value = show;
        this.at('sort').value = sort;
        this.at('descending').setAttribute('aria-pressed', String(descending));
        this.at('tags').querySelectorAll('button').forEach((b) => {
            const how = tags.get(b.dataset.tag) || '';
            b.dataset.how = how;
            b.setAttribute('aria-pressed', how === 'with' ? 'true' : how ? 'mixed' : 'false');
        });
        this.at('shown').textContent = `${order.length.toLocaleString('en')} shown`;
        this.at('nothing').hidden = order.length > 0;
        this.clips.show(order);
        this.write();
    }

    sort(order, name, sign) {
        const column = this.table.columns.get(name);
        if (column) {
            // What is unknown comes last, whichever way.
            const key = (i) => (Number.isNaN(column.values[i]) ? Infinity : sign * column.values[i]);
            order.sort((a, b) => key(a) - key(b) || a - b);
        } else if (name === 'source') {
            const at = this.table.columns.get('start_seconds').values;
            order.sort((a, b) => sign * (this.table.source(a).localeCompare(this.table.source(b)) || at[a] - at[b]) || a - b);
        } else if (sign < 0) {
            order.reverse();
        }
    }

    open(i) {
        this.detail.show(i);
    }

    tab(name) {
        for (const other of ['clips', 'files']) {
            this.at(`tab-${other}`).setAttribute('aria-selected', String(other === name));
            this.at(`panel-${other}`).hidden = other !== name;
        }
        name === 'clips' && this.clips.layout();
    }

    async copy() {
        const text = this.at('command').textContent;
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            getSelection().selectAllChildren(this.at('command'));
            document.execCommand('copy');
        }
        this.at('copied').textContent = 'copied';
        setTimeout(() => (this.at('copied').textContent = ''), 2000);
    }

    theme() {
        const root = document.documentElement;
        const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        root.dataset.theme = dark ? 'light' : 'dark';
        this.stored('theme', root.dataset.theme);
    }

    /** A setting of this browser, where it keeps any for files. */
    stored(name, value) {
        try {
            value && localStorage.setItem(`kinora.review.${name}`, value);
            return localStorage.getItem(`kinora.review.${name}`);
        } catch {
            return null;
        }
    }

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, dialog')) {
            return;
        }
        const act = {
            '/': () => this.at('search').focus(),
            g: () => this.at('clips').focus(),
            m: () => this.mark(),
            t: () => this.theme(),
            '?': () => (this.at('keys').open = !this.at('keys').open),
        }[event.key];
        if (act) {
            event.preventDefault();
            act();
        }
    }

    /** Keeps what is asked in the address, so that it can be passed on. */
    write() {
        const parts = new URLSearchParams();
        this.thresholds.forEach((t) => parts.append('keep', String(t)));
        !this.keepUnknown && parts.set('unknown', 'drop');
        this.keepDuplicates && parts.set('duplicates', 'keep');
        const { show, search, sort, descending } = this.view;
        show !== 'passing' && !['come', 'go'].includes(show) && parts.set('show', show);
        search && parts.set('search', search);
        sort !== 'table' && parts.set('sort', sort);
        descending && parts.set('descending', '1');
        this.written = parts.toString();
        clearTimeout(this.writing);
        // Browsers take offence at an address that changes with every move of a slider.
        this.writing = setTimeout(() => history.replaceState(null, '', `#${this.written}`), 300);
    }

    read(hash) {
        const parts = new URLSearchParams(hash.slice(1));
        const wrong = [];
        const read = (text) => {
            try {
                return [Threshold.parse(text, this.table)];
            } catch (error) {
                wrong.push(error.message);
                return [];
            }
        };
        this.thresholds = parts.getAll('keep').flatMap(read);
        this.keepUnknown = parts.get('unknown') !== 'drop';
        this.keepDuplicates = parts.get('duplicates') === 'keep';
        const sort = parts.get('sort') || 'table';
        Object.assign(this.view, {
            show: ['all', 'failing'].includes(parts.get('show')) ? parts.get('show') : 'passing',
            search: parts.get('search') || '',
            sort: sort === 'source' || this.table.columns.has(sort) ? sort : 'table',
            descending: parts.has('descending'),
        });
        this.at('wrong').textContent = wrong.join('; ');
        this.filters.open(['tag', ...this.thresholds.map((t) => this.table.columns.get(t.column).group)]);
        this.ask(() => {});
    }
}

const app = new App(JSON.parse(document.getElementById('data').textContent));
document.documentElement.dataset.ready = 'true';
