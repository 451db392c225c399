//! explore
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::print_stdout)]
use std::{collections::{HashMap, HashSet}, path::PathBuf, sync::Arc};
use chat::{question::Question, words};
use vivier_text::{Embedder, LocalE5, Hint, extract, sentences};

#[derive(serde::Deserialize, Clone)]
struct Line { tenant: String, text: String, quote: Option<String> }
struct C { name: String, heading: Vec<String>, body: String, keys: HashSet<String>, v: Vec<f32> }
fn dot(a:&[f32],b:&[f32])->f32{a.iter().zip(b).map(|(x,y)|x*y).sum()}
fn main(){
    let a: Vec<String> = std::env::args().collect();
    let m = LocalE5::open(&PathBuf::from(&a[1])).unwrap();
    let mut tenants: HashMap<String, Vec<C>> = HashMap::new();
    let lines: Vec<Line> = std::fs::read_to_string(&a[3]).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let mut cache: HashMap<String, Vec<f32>> = HashMap::new();
    println!("gold\tok\tcov8\tcovbest\tcovsent\tmaxmiss\tcos1\tz\tmargin\tscos\tsz\twrank\tmrank\tsem\tsemmin\tn\tquestion\tmissing\tanswer");
    for l in &lines {
        let chunks = tenants.entry(l.tenant.clone()).or_insert_with(|| {
            let mut out = vec![];
            for e in std::fs::read_dir(PathBuf::from(&a[2]).join(&l.tenant)).unwrap() {
                let e = e.unwrap(); let name = e.file_name().into_string().unwrap();
                let bytes = std::fs::read(e.path()).unwrap();
                let ex = extract::read(&bytes, Hint{media_type: None, file_name: Some(&name)}).expect(&name);
                for c in vivier_text::chunks(&ex) {
                    let ctx = c.in_context();
                    let v = m.passages(&[&ctx]).unwrap().pop().unwrap();
                    let keys = words::keys(&format!("{name} {ctx}")).collect();
                    out.push(C{name: name.clone(), heading: c.heading.clone(), body: c.text.clone(), keys, v});
                }
            }
            eprintln!("{} {} chunks", l.tenant, out.len());
            out
        });
        let q = Question::read(&l.text).unwrap();
        let qv = m.query(&q.text).unwrap();
        let n = chunks.len() as f32;
        let w: Vec<f32> = q.words.iter().map(|w| { let df = chunks.iter().filter(|c| c.keys.contains(&w.key)).count() as f32; ((n+1.0)/(df+0.5)).ln().max(0.3) }).collect();
        let total: f32 = w.iter().sum::<f32>().max(1e-6);
        let df0: Vec<&str> = q.words.iter().filter(|w| !chunks.iter().any(|c| c.keys.contains(&w.key))).map(|w| w.folded.as_str()).collect();
        let mut cos: Vec<(usize,f32)> = chunks.iter().enumerate().map(|(i,c)|(i,dot(&qv,&c.v))).collect();
        cos.sort_by(|x,y| y.1.total_cmp(&x.1));
        let lexs: Vec<f32> = chunks.iter().map(|c| q.words.iter().zip(&w).filter(|(x,_)| c.keys.contains(&x.key)).map(|(_,w)|w).sum::<f32>()/total).collect();
        let mut lex: Vec<(usize,f32)> = lexs.iter().copied().enumerate().filter(|x| x.1>0.0).collect();
        lex.sort_by(|x,y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        let rank_m: HashMap<usize,usize> = cos.iter().take(20).enumerate().map(|(r,x)|(x.0,r+1)).collect();
        let rank_w: HashMap<usize,usize> = lex.iter().take(20).enumerate().map(|(r,x)|(x.0,r+1)).collect();
        let mut fused: Vec<(usize,f32)> = (0..chunks.len()).map(|i| (i, rank_m.get(&i).map_or(0.0,|r| 1.0/(10.0+*r as f32)) + rank_w.get(&i).map_or(0.0,|r| 1.0/(10.0+*r as f32)))).filter(|x| x.1>0.0).collect();
        fused.sort_by(|x,y| y.1.total_cmp(&x.1));
        fused.truncate(8);
        let top: Vec<f32> = cos.iter().take(20).map(|x|x.1).collect();
        let all: Vec<f32> = cos.iter().map(|x|x.1).collect();
        let mean = all.iter().sum::<f32>()/n; let sd = (all.iter().map(|x|(x-mean).powi(2)).sum::<f32>()/n).sqrt();
        // sentences
        let mut cands = vec![];
        for (r,(i,f)) in fused.iter().enumerate() { let c=&chunks[*i];
            let hk: HashSet<String> = words::keys(&format!("{} {}", c.name, c.heading.join(" "))).collect();
            for s in sentences(&c.body) { let t=&c.body[s.clone()]; let sk: HashSet<String>=words::keys(t).collect();
                let lx = q.words.iter().zip(&w).map(|(x,w)| if sk.contains(&x.key){*w}else if hk.contains(&x.key){0.6*w}else if c.keys.contains(&x.key){0.3*w}else{0.0}).sum::<f32>()/total;
                cands.push((*i,s,lx,r,*f)); } }
        cands.sort_by(|x,y| (y.2+y.4*2.0).total_cmp(&(x.2+x.4*2.0)));
        cands.truncate(24);
        let texts: Vec<String> = cands.iter().map(|x| { let c=&chunks[x.0]; if c.heading.is_empty(){c.body[x.1.clone()].to_string()}else{format!("{}\n{}",c.heading.join(" › "),&c.body[x.1.clone()])}}).collect();
        let sc: Vec<f32> = texts.iter().map(|t| { dot(&qv,&m.passages(&[t.as_str()]).unwrap()[0])}).collect();
        let smean = sc.iter().sum::<f32>()/sc.len().max(1) as f32;
        let mut scored: Vec<(f32,usize)> = cands.iter().enumerate().map(|(k,x)| { let t=&chunks[x.0].body[x.1.clone()];
            let fig = if q.asks_figure && t.chars().any(|c| c.is_ascii_digit()) {0.1} else {0.0};
            (x.2*0.5 + sc[k] + fig + x.4*1.0, k)}).collect();
        scored.sort_by(|x,y| y.0.total_cmp(&x.0));
        let (ans, bi, covs, scos) = scored.first().map(|(_,k)| { let x=&cands[*k]; (chunks[x.0].body[x.1.clone()].to_string(), x.0, x.2, sc[*k])}).unwrap_or_default();
        let ok = l.quote.as_ref().map(|p| ans.contains(p.as_str()));
        let cov8 = fused.iter().map(|x| lexs[x.0]).fold(0.0,f32::max);
        let covbest = lexs.get(bi).copied().unwrap_or(0.0);
        // semantic support of missing words against words of the best chunk
        let mut emb = |t:&str, m:&LocalE5| cache.entry(t.to_string()).or_insert_with(|| m.query(t).unwrap()).clone();
        let mut sem = 0.0; let mut semmin: f32 = 1.0; let mut miss: Vec<String> = vec![]; let mut maxmiss: f32 = 0.0;
        for (x,wt) in q.words.iter().zip(&w) {
            if chunks.get(bi).is_some_and(|c| c.keys.contains(&x.key)) { sem += wt; continue; }
            let e = emb(&x.folded, &m);
            let c=&chunks[bi];
            let ctx = format!("{} {}", c.heading.join(" "), c.body);
            let mut best=(0.0f32,String::new());
            for y in words::subject_words(&ctx) { let s = dot(&e,&emb(&y.folded,&m)); if s>best.0 {best=(s,y.folded.clone());} }
            maxmiss = maxmiss.max(*wt/total);
            semmin = semmin.min(best.0); sem += wt*best.0.max(0.0);
            miss.push(format!("{}~{}:{:.2}{}", x.folded, best.1, best.0, if df0.contains(&x.folded.as_str()){"*"}else{""}));
        }
        println!("{}\t{}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.3}\t{:.2}\t{:.3}\t{:.3}\t{:.3}\t{}\t{}\t{:.2}\t{:.2}\t{}\t{}\t{}\t{}", l.quote.is_some() as u8, ok.map_or("-".into(), |o| (o as u8).to_string()), cov8, covbest, covs, maxmiss, top[0], (top[0]-mean)/sd, top[0]-top.get(1).copied().unwrap_or(0.0), scos, scos-smean, rank_w.get(&bi).map_or(99,|r|*r), rank_m.get(&bi).map_or(99,|r|*r), sem/total, semmin, q.words.len(), l.text, miss.join(" "), ans.replace('\n'," "));
    }
    let _ = Arc::new(0);
}
