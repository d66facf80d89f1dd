'use strict';

/** A score of every clip, as doubles; NaN is unknown. */
class Column {
    constructor(data) {
        this.name = data.name;
        this.group = data.group;
        this.unit = data.unit;
        this.meaning = data.meaning;
        this.values = doubles(data.values);
        this.sorted = Float64Array.from(this.values.filter((v) => !Number.isNaN(v))).sort();
        this.unknown = this.values.length - this.sorted.length;
        this.low = this.sorted.length ? this.sorted[0] : 0;
        this.high = this.sorted.length ? this.sorted[this.sorted.length - 1] : 0;
        this.parts = new Map();
    }

    get isTag() {
        return this.group === 'tag';
    }

    /** Whether there is anything to choose by. */
    get varies() {
        return this.high > this.low;
    }

    /** Known values of each group of clips, ascending. */
    sortedBy(groups) {
        if (!this.parts.has(groups)) {
            const lists = groups.names.map(() => []);
            this.values.forEach((v, i) => Number.isNaN(v) || lists[groups.of[i]].push(v));
            this.parts.set(groups, lists.map((list) => Float64Array.from(list).sort()));
        }
        return this.parts.get(groups);
    }

    /** The share of clips with a known value below this one, in percent. */
    rank(value) {
        return this.sorted.length ? (100 * lowerBound(this.sorted, value)) / this.sorted.length : NaN;
    }
}

/** All clips of a dataset, as the page carries them. */
class Table {
    constructor(data) {
        this.data = data;
        this.size = data.ids.length;
        this.ids = data.ids;
        this.groups = { source: data.source, bucket: data.bucket };
        this.duplicateOf = data.duplicateOf;
        this.columns = new Map(data.columns.map((c) => [c.name, new Column(c)]));
        this.tags = [...this.columns.values()].filter((c) => c.isTag);
        this.seconds = this.columns.get('seconds').values;
        this.indexOf = new Map(this.ids.map((id, i) => [id, i]));
    }

    source(i) {
        return this.data.source.names[this.data.source.of[i]];
    }

    bucket(i) {
        return this.data.bucket.names[this.data.bucket.of[i]];
    }

    captions(i) {
        return this.data.captions[this.ids[i]] || [];
    }

    value(name, i) {
        const column = this.columns.get(name);
        return column ? column.values[i] : NaN;
    }

    /** Lower-case text that a search looks through. */
    text(i) {
        this.texts ||= new Array(this.size);
        this.texts[i] ??= [this.ids[i], this.source(i), this.bucket(i), ...this.captions(i).map((c) => c.text)]
            .join('\n')
            .toLowerCase();
        return this.texts[i];
    }
}

function doubles(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
        bytes[i] = text.charCodeAt(i);
    }
    return new Float64Array(bytes.buffer);
}

/** How many of an ascending array lie below a value. */
function lowerBound(sorted, value) {
    let from = 0;
    let to = sorted.length;
    while (from < to) {
        const middle = (from + to) >> 1;
        if (sorted[middle] < value) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/** Four digits for people; unknown is a dash. */
function shown(value) {
    if (Number.isNaN(value)) {
        return '–';
    }
    return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)));
}

/** Hours, minutes or seconds. */
function duration(seconds) {
    if (seconds >= 3600) {
        return (seconds / 3600).toFixed(2) + ' h';
    }
    return seconds >= 60 ? (seconds / 60).toFixed(1) + ' min' : seconds.toFixed(1) + ' s';
}

/** An element; texts are texts, whatever they look like. */
function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (key.startsWith('on')) {
            made.addEventListener(key.slice(2), value);
        } else if (value === true) {
            made.setAttribute(key, '');
        } else if (value !== false && value !== null && value !== undefined) {
            made.setAttribute(key, value);
        }
    }
    made.append(...children);
    return made;
}
