/** Cards are at least so wide; under a picture of five eighths of that are lines of text. */
const CARD = { width: 208, text: 80, gap: 12 };

/** Frames of a clip side by side in one picture; shows one of them. */
class Sprite {
    constructor(table, i) {
        const { frames, sprites } = table.data;
        this.frames = frames;
        this.seconds = table.seconds[i];
        this.node = element('div', { class: 'sprite', 'aria-hidden': 'true' });
        const ratio = table.value('width', i) / table.value('height', i) || 16 / 9;
        this.node.style.aspectRatio = String(ratio);
        this.node.classList.toggle('tall', ratio < 16 / 10);
        if (table.data.missing.includes(table.ids[i])) {
            this.node.classList.add('missing');
        } else {
            this.node.style.backgroundImage = `url("${sprites}/${table.ids[i].slice(0, 2)}/${table.ids[i]}.jpg")`;
            this.node.style.backgroundSize = `${100 * frames}% 100%`;
        }
        this.rest();
    }

    /** The middle says more than a beginning out of the dark. */
    rest() {
        this.show(Math.floor(this.frames / 2));
    }

    show(frame) {
        this.frame = frame;
        this.node.style.backgroundPositionX = this.frames > 1 ? `${(100 * frame) / (this.frames - 1)}%` : '0';
    }

    /** Follows the pointer from left to right. */
    scrub(event) {
        this.stop();
        const box = this.node.getBoundingClientRect();
        const at = Math.floor((this.frames * (event.clientX - box.left)) / box.width);
        this.show(Math.min(this.frames - 1, Math.max(0, at)));
    }

    get playing() {
        return Boolean(this.timer);
    }

    /** Plays the frames over the clip's own time, at least four a second. */
    play() {
        this.stop();
        const tick = Math.min(250, (1000 * this.seconds) / this.frames);
        this.timer = setInterval(() => (this.node.isConnected ? this.show((this.frame + 1) % this.frames) : this.stop()), tick);
    }

    stop() {
        clearInterval(this.timer);
        this.timer = 0;
    }
}

/** The clips that are shown, of which only those in sight are in the page. */
class Clips {
    constructor(app, node) {
        this.app = app;
        this.node = node;
        this.sheet = element('div', { class: 'sheet', role: 'presentation' });
        this.order = [];
        this.current = 0;
        this.cards = new Map();
        node.append(this.sheet);
        node.addEventListener('keydown', (e) => this.key(e));
        node.addEventListener('focus', () => this.mark());
        window.addEventListener('scroll', () => this.schedule(), { passive: true });
        new ResizeObserver(() => this.layout()).observe(node);
    }

    /** Shows these clips, by index, in this order; the current one stays current. */
    show(order) {
        const id = this.order[this.current];
        this.order = order;
        this.current = Math.max(0, order.indexOf(id));
        this.clear();
        this.layout();
    }

    clear() {
        this.cards.forEach((card) => card.sprite.stop());
        this.cards.clear();
        this.sheet.replaceChildren();
    }

    layout() {
        const width = this.node.clientWidth;
        this.columns = Math.max(1, Math.floor((width + CARD.gap) / (CARD.width + CARD.gap)));
        this.width = Math.floor((width - (this.columns - 1) * CARD.gap) / this.columns);
        this.height = Math.round(this.width * 0.625) + CARD.text;
        const rows = Math.ceil(this.order.length / this.columns);
        this.sheet.style.height = `${Math.max(0, rows * (this.height + CARD.gap) - CARD.gap)}px`;
        this.cards.forEach((card, at) => this.put(card.node, at));
        this.render();
    }

    put(node, at) {
        const column = at % this.columns;
        const row = (at - column) / this.columns;
        node.style.width = `${this.width}px`;
        node.style.height = `${this.height}px`;
        node.style.transform = `translate(${column * (this.width + CARD.gap)}px, ${row * (this.height + CARD.gap)}px)`;
    }

    schedule() {
        this.pending ||= requestAnimationFrame(() => {
            this.pending = 0;
            this.render();
        });
    }

    render() {
        const top = -this.node.getBoundingClientRect().top;
        const row = this.height + CARD.gap;
        const first = Math.max(0, Math.floor(top / row) - 1) * this.columns;
        const end = Math.min(this.order.length, Math.ceil((top + window.innerHeight) / row + 1) * this.columns);
        for (const [at, card] of this.cards) {
            if (at < first || at >= end) {
                card.sprite.stop();
                card.node.remove();
                this.cards.delete(at);
            }
        }
        for (let at = first; at < end; at++) {
            if (!this.cards.has(at)) {
                const card = this.card(at);
                this.cards.set(at, card);
                this.put(card.node, at);
                this.sheet.append(card.node);
            }
        }
        this.mark();
    }

    card(at) {
        const { app } = this;
        const i = this.order[at];
        const sprite = new Sprite(app.table, i);
        const failed = app.query.reason(i);
        const tags = app.table.tags.filter((t) => t.values[i] >= 0.5);
        const size = `${app.table.value('width', i)}×${app.table.value('height', i)}`;
        const name = app.table.source(i).split('/').pop();
        const caption = app.table.captions(i)[0]?.text;
        const node = element(
            'div',
            {
                class: failed ? 'card failed' : 'card', id: `clip-${at}`, role: 'option', title: caption || name,
                'aria-setsize': this.order.length, 'aria-posinset': at + 1, 'aria-selected': 'false', 'data-id': app.table.ids[i],
                onclick: () => {
                    this.current = at;
                    this.mark();
                    app.open(i);
                },
                onpointermove: (e) => e.pointerType === 'mouse' && sprite.scrub(e),
                onpointerleave: () => sprite.playing || sprite.rest(),
            },
            element('div', { class: 'screen' }, sprite.node),
            element('div', { class: 'name' }, name),
            element('div', { class: 'facts' }, `${shown(app.table.value('start_seconds', i))} s + ${app.table.seconds[i].toFixed(1)} s · ${size}`),
            failed
                ? element('div', { class: 'reason' }, failed)
                : element('div', { class: 'chips' }, ...tags.map((t) => element('span', {}, shortName(t)))),
        );
        return { node, sprite };
    }

    mark() {
        const focused = document.activeElement === this.node;
        this.cards.forEach((card, at) => {
            const current = at === this.current;
            card.node.setAttribute('aria-selected', String(current));
            card.node.classList.toggle('current', current && focused);
        });
        if (this.cards.has(this.current)) {
            this.node.setAttribute('aria-activedescendant', `clip-${this.current}`);
        } else {
            this.node.removeAttribute('aria-activedescendant');
        }
    }

    /** Goes to a clip and brings it into sight. */
    go(at) {
        this.current = Math.min(this.order.length - 1, Math.max(0, at));
        const row = Math.floor(this.current / this.columns) * (this.height + CARD.gap);
        const top = this.node.getBoundingClientRect().top + row;
        const head = document.querySelector('header').offsetHeight + CARD.gap;
        if (top < head) {
            window.scrollBy(0, top - head);
        } else if (top + this.height > window.innerHeight) {
            window.scrollBy(0, top + this.height + CARD.gap - window.innerHeight);
        }
        this.render();
        return this.order[this.current];
    }

    key(event) {
        const page = this.columns * Math.max(1, Math.floor(window.innerHeight / (this.height + CARD.gap)));
        const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns, PageDown: page, PageUp: -page };
        const { current, order } = this;
        if (event.ctrlKey || event.metaKey || event.altKey || !order.length) {
            return;
        } else if (event.key in steps) {
            const to = current + steps[event.key];
            this.go(to < 0 || to >= order.length ? (Math.abs(steps[event.key]) === 1 ? current : to) : to);
        } else if (event.key === 'Home' || event.key === 'End') {
            this.go(event.key === 'Home' ? 0 : order.length - 1);
        } else if (event.key === 'Enter') {
            this.app.open(order[current]);
        } else if (event.key === ' ') {
            const sprite = this.cards.get(current)?.sprite;
            sprite && (sprite.playing ? sprite.stop() : sprite.play());
        } else {
            return;
        }
        event.preventDefault();
    }
}
